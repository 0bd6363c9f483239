"""Defects of an earlier implementation of the same idea, E1 to E26: none of them is here.

E15 and E23 in the client's last-known-good file and E4 through Redis come with those parts; with
real server processes E4, E21 and E23 are in `delivery/test_processes.py`.
"""

import asyncio
import itertools
import json
import random
import time
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api_driver import CONFIG, SAMPLES, Api, Store, arguments, assert_problem, prepare, running_app
from trimtab_server.access.categories import EVERY_CATEGORY
from trimtab_server.app import create_app
from trimtab_server.catalog.models import change
from trimtab_server.config.errors import UnknownKey
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.delivery.source import DatabaseSource
from trimtab_server.infra.database import Database
from trimtab_server.migrations.move import downgrade, upgrade
from trimtab_server.settings import Settings

ENVIRONMENTS = {"base": None, "dev": "base", "staging": "base", "prod": "base", "qa": "staging"}
STAR = {"If-Match": "*"}
SNAPSHOT = "/api/v1/snapshot"


def url_of(store: Store) -> str:
    url = store.database.engine.url.render_as_string(hide_password=False)
    return url.replace("+aiosqlite", "").replace("+asyncpg", "")


async def values(api: Api, key: str) -> dict[str, Any]:
    """What every environment answers for a key, and that every mouth says the same."""
    found = {}
    for name in ENVIRONMENTS:
        value = await api.value(key, name)
        snapshot = (await api.get(SNAPSHOT, environment=name)).json()["items"][key]["value"]
        exported = (await api.get("/api/v1/export", environment=name, format="json")).json()[key]
        listed = (await api.get(CONFIG, environment=name, prefix=key)).json()["items"][0]["value"]
        explained = (await api.get(f"{CONFIG}/explain/{key}", environment=name)).json()["value"]
        assert value == snapshot == exported == listed == explained
        found[name] = value
    return found


@asynccontextmanager
async def another_server(api: Api, store: Store) -> AsyncIterator[Api]:
    async with running_app(create_app(Settings(database_url=url_of(store)))) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://second") as client:
            yield Api(client, api.token)


async def test_e1__unknown_key__is_404_and_no_environment_variable_leaks(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = "canary-of-the-servers-own-environment"
    names = ("OPENAI_API_KEY", "TRIMTAB_DATABASE_URL", "HOME", "OWNED", "PATH_LIKE")
    for name in names:
        monkeypatch.setenv(name, canary)
    await prepare(api)
    await api.create("OWNED", "string", sourcePolicy="env")
    await api.create("REFERENCE", "string", "env://OPENAI_API_KEY", isSecret=True)
    for name in names[:3]:
        for path in (name, f"explain/{name}", f"history/{name}"):
            assert_problem(await api.get(f"{CONFIG}/{path}"), 404, "not-found")
    said = ""
    for sample in SAMPLES:
        said += (await api.call(sample.method, sample.path, **arguments(sample))).text
    for key in ("OWNED", "REFERENCE"):
        for path in (key, f"explain/{key}", f"history/{key}"):
            said += (await api.get(f"{CONFIG}/{path}")).text
    for kind in ("json", "yaml", "dotenv", "shell"):
        said += (await api.get("/api/v1/export", format=kind, references="true", meta="true")).text
    assert "env://OPENAI_API_KEY" in said  # the reference is served, never what it refers to
    assert canary not in said + "".join(capsys.readouterr())


async def test_e2__write_in_one_environment__changes_only_it_and_its_heirs(api: Api) -> None:
    await api.post("/api/v1/environments", {"name": "qa", "parent": "staging"})
    for number, _ in enumerate(ENVIRONMENTS):
        await api.create(f"ITEM_{number}", "integer", -1)
    for number, written in enumerate(ENVIRONMENTS):
        await api.put(f"ITEM_{number}", number, written)
        after = await values(api, f"ITEM_{number}")
        heirs = {name for name in ENVIRONMENTS if written in lineage(name)}
        assert {name for name in ENVIRONMENTS if after[name] != -1} == heirs


def lineage(name: str | None) -> list[str]:
    names = []
    while name is not None:
        names.append(name)
        name = ENVIRONMENTS[name]
    return names


async def test_e3__after_the_reply__every_heir_sees_the_inherited_value(api: Api) -> None:
    await api.post("/api/v1/environments", {"name": "qa", "parent": "staging"})
    await api.create("RETRIES", "integer", 0)
    for value in range(1, 6):
        await api.put("RETRIES", value, "base")
        assert set((await values(api, "RETRIES")).values()) == {value}
    await api.call("PATCH", f"{CONFIG}/RETRIES/definition", json={"default": 9}, headers=STAR)
    await api.call("DELETE", f"{CONFIG}/RETRIES?environment=base", headers=STAR)
    assert_problem(await api.get(f"{CONFIG}/RETRIES", environment="qa"), 404)
    assert (await api.get(SNAPSHOT, environment="qa")).json()["items"] == {}


async def test_e4__written_through_one_server__is_read_from_the_other_by_who_shows_it(
    api: Api, store: Store
) -> None:
    await api.create("RETRIES", "integer", 0)
    async with another_server(api, store) as other:
        for value in range(1, 8):
            writer, reader = (api, other) if value % 2 else (other, api)
            written = await writer.put("RETRIES", value, "base")
            shown = {"environment": "dev", "minRevision": written.json()["revision"]}
            assert (await reader.entity("RETRIES", **shown))["value"] == value
            snapshot = await reader.get(SNAPSHOT, **shown)
            assert snapshot.json()["items"]["RETRIES"]["value"] == value
            assert snapshot.headers["trimtab-revision"] == written.json()["revision"]


class _Held(Database):
    """A database whose next reader is held after it has read and before it is told."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.skip = 0
        self.has_read, self.go_on = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with super().read() as connection:
            yield connection
        self.skip -= 1
        if self.skip == 0:
            self.has_read.set()
            await self.go_on.wait()


async def test_e5__reader_overtaken_by_a_writer__leaves_nothing_old_behind(
    api: Api, store: Store
) -> None:
    await api.create("RETRIES", "integer", 1)
    database = _Held(url_of(store))
    feed = Feed(DatabaseSource(database))
    await feed.held("default")
    await api.put("RETRIES", 2, "base")
    database.skip = 1
    slow = asyncio.create_task(feed.refresh("default"))
    await database.has_read.wait()  # it has read 2, and does not hold it yet
    written = (await api.put("RETRIES", 3, "base")).json()["revision"]
    epoch, _, revision = written.partition(".")
    shown = asyncio.create_task(feed.at_least("default", int(epoch), int(revision)))
    database.go_on.set()
    assert value_of(await shown, "RETRIES") == 3
    assert value_of(await slow, "RETRIES") == 3  # one state for all, never put back
    assert value_of(await feed.held("default"), "RETRIES") == 3
    await database.dispose()


def value_of(held: Held, key: str) -> Any:
    body = held.snapshot("dev", EVERY_CATEGORY).body
    return json.loads(body)["items"][key]["value"]


async def test_e6__thousand_misses_at_once__load_the_settings_once(api: Api, store: Store) -> None:
    await api.create("RETRIES", "integer", 1)
    database = Database(url_of(store))
    queries: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        queries.append(statement)

    feed = Feed(DatabaseSource(database))
    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    found = await asyncio.gather(*(feed.held("default") for _ in range(1_000)))
    assert len({id(one) for one in found}) == 1
    assert sum("FROM configuration" in one for one in queries) == 1
    queries.clear()
    for key in ("RETRIES", "NONE"):  # there or not: neither asks the database again
        for _ in range(100):
            with suppress(UnknownKey):
                (await feed.held("default")).entity("dev", key, EVERY_CATEGORY)
    assert queries == []
    await database.dispose()


async def test_e7__bulk_with_one_bad_item_at_any_place__stores_nothing(
    api: Api, store: Store
) -> None:
    for number in range(6):
        await api.create(f"ITEM_{number}", "integer", 0)
    good: list[dict[str, Any]] = [
        {"key": "ITEM_0", "environment": "dev", "value": 1},
        {"key": "NEW", "environment": "dev", "value": 1, "type": "integer"},
        {"op": "delete", "key": "ITEM_1", "environment": "base"},
        {"op": "define", "key": "ITEM_2", "category": "other"},
        {"op": "policy", "key": "ITEM_3", "environment": "dev", "sourcePolicy": "shadow"},
        {"key": "ITEM_4", "environment": "base", "value": 5},
    ]
    before = await store.dump()
    for place in range(len(good) + 1):
        bad = {"key": "ITEM_5", "environment": "dev", "value": "x"}
        response = await api.post(f"{CONFIG}/bulk", {"items": [*good[:place], bad, *good[place:]]})
        assert_problem(response, 422, key="ITEM_5", pointer=f"/items/{place}/value")
        assert await store.dump() == before
    done = await api.post(f"{CONFIG}/bulk", {"items": good})
    assert done.status_code == 200
    assert await api.revision() == 8  # six creations came before, and one made the environments


async def test_e8__many_writers_of_one_value__lose_no_increment(api: Api, store: Store) -> None:
    await api.create("COUNTER", "integer", 0)

    async def increment(caller: Api) -> int:
        for attempt in itertools.count():
            seen = await caller.get(f"{CONFIG}/COUNTER", environment="dev")
            tag = seen.headers["etag"]
            response = await caller.put("COUNTER", seen.json()["value"] + 1, "dev", if_match=tag)
            if response.status_code == 200:
                return attempt
            assert_problem(response, 412)
        raise AssertionError

    async with another_server(api, store) as other:
        await asyncio.gather(*(increment(one) for one in (api, other) for _ in range(8)))
    # This server may not have heard of the other's last write yet; the store has.
    assert (await api.entity("COUNTER", "dev", strong="true"))["value"] == 16


async def test_e9__text_that_is_nearly_a_number__is_refused(api: Api) -> None:
    await api.create("RATIO", "number", 0.5)
    await api.create("RETRIES", "integer", 1)
    texts = (
        "3abc",
        "0x10",
        "1,000",
        "1e999",
        "1_000",
        "nan",
        "inf",
        "-inf",
        "\u0663",
        "",
        " 3",
        "3",
    )
    for key in ("RATIO", "RETRIES"):
        for value in (*texts, True, False, None, [3], {"a": 3}):
            assert_problem(await api.put(key, value, "dev"), 422, key=key, rule="type")
    assert_problem(await api.put("RETRIES", 3.0, "dev"), 422, key="RETRIES", rule="type")
    await api.create("ENABLED", "boolean", True)
    for value in ("false", "off", "t", 0, 1, "", None):
        assert_problem(await api.put("ENABLED", value, "dev"), 422, key="ENABLED", rule="type")


async def test_e10__new_type_or_rules__are_checked_against_every_stored_value(
    api: Api, store: Store
) -> None:
    await api.create("LIMIT", "string", "5")
    await api.put("LIMIT", "abc", "prod")
    await api.create("RETRIES", "integer", 1)
    await api.put("RETRIES", 9, "staging")
    before = await store.dump()
    for key, fields, where in [
        ("LIMIT", {"type": "number"}, "prod"),
        ("LIMIT", {"type": "integer"}, "prod"),
        ("LIMIT", {"validationRules": {"pattern": "[0-9]+"}}, "prod"),
        ("RETRIES", {"validationRules": {"max": 5}}, "staging"),
        ("RETRIES", {"type": "boolean"}, "staging"),
        ("RETRIES", {"isSecret": True, "type": "string"}, "staging"),
    ]:
        response = await api.call("PATCH", f"{CONFIG}/{key}/definition", json=fields, headers=STAR)
        document = assert_problem(response, 422, key=key)
        assert where in json.dumps(document)
        bulk = {"items": [{"op": "define", "key": key, **fields}]}
        assert_problem(await api.post(f"{CONFIG}/bulk", bulk), 422, key=key)
    assert await store.dump() == before


BOMBS = [
    "(a+)+$",
    "(a|aa)+$",
    "(a|a?)+$",
    "(.*a){20}",
    "([a-zA-Z]+)*$",
    "(x+x+)+y",
    "^(([a-z])+.)+",
]


async def test_e11__pattern_that_bombs_others__answers_in_linear_time(api: Api) -> None:
    for number, pattern in enumerate(BOMBS):
        key = f"WORD_{number}"
        await api.create(key, "string", validationRules={"pattern": pattern})
        item = {"key": key, "environment": "dev", "value": "a" * 30_000 + "!"}
        began = time.perf_counter()
        await api.put(key, item["value"], "dev")
        for body in ({"items": [item]}, {"items": [item], "dryRun": True}):
            await api.post(f"{CONFIG}/validate", body)
        assert (time.perf_counter() - began) / 3 < 0.5  # 0.1 s, on a machine of its own


async def test_e11__pattern__is_compiled_when_saved_and_matches_the_whole_text(api: Api) -> None:
    body = {"key": "NAME", "type": "string", "environment": "base"}
    for pattern in ("(", "[", "a{2,1}", "(?=a)", "(?<!a)b", r"(a)\1", "*", "a{1,99999}", "\\"):
        response = await api.post(CONFIG, body | {"validationRules": {"pattern": pattern}})
        assert_problem(response, 422, key="NAME", pointer="/validationRules/pattern")
    await api.create("WORD", "string", "abc", validationRules={"pattern": "[a-z]+"})
    for value in ("abc1", "1abc", "abc\n", "\nabc", "ab c", ""):
        assert_problem(await api.put("WORD", value, "dev"), 422, key="WORD", rule="pattern")


async def test_e12__every_route__is_401_without_credentials(api: Api, app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            response = await api.as_(None).call(method.upper(), path.replace("{key}", "ANY"))
            if path in {"/livez", "/readyz"}:
                assert response.status_code == 200
            else:
                assert_problem(response, 401, "unauthenticated")


async def test_e13__author_in_the_body__is_refused_and_the_credential_is_the_actor(
    api: Api, store: Store
) -> None:
    await prepare(api)
    before = await store.dump()
    for sample in SAMPLES:
        for name in ("updatedBy", "createdBy", "actor", "author"):
            if sample.body is not None:
                given = arguments(sample) | {"json": sample.body | {name: "somebody-else"}}
                response = await api.call(sample.method, sample.path, **given)
                assert_problem(response, 422, pointer=f"/{name}", rule="extra-forbidden")
    assert await store.dump() == before
    assert (await api.entity("RETRIES", "dev"))["updatedBy"] == "root"


async def test_e14__member_that_is_not_the_callers__is_refused_in_every_body(
    api: Api, store: Store
) -> None:
    await prepare(api)
    before = await store.dump()
    for sample in SAMPLES:
        for name in ("id", "version", "createdAt", "deleted", "revision_", "epoch", "__proto__"):
            if sample.body is not None and (name, sample.path[-8:]) != ("version", "rollback"):
                given = arguments(sample) | {"json": sample.body | {name: 1}}
                response = await api.call(sample.method, sample.path, **given)
                assert_problem(response, 422, pointer=f"/{name}", rule="extra-forbidden")
    items = [{"key": "RETRIES", "environment": "dev", "value": 3, "version": 9}]
    for path in ("bulk", "validate"):
        response = await api.post(f"{CONFIG}/{path}", {"items": items})
        assert_problem(response, 422, pointer="/items/0/version", rule="extra-forbidden")
    assert await store.dump() == before


async def test_e15__every_read__says_its_source_age_and_revision(api: Api) -> None:
    await prepare(api)
    from_store = [f"{CONFIG}{path}" for path in ("", "/categories", "/schema", "/explain/RETRIES")]
    from_store += [f"{CONFIG}/RETRIES?strong=true", "/api/v1/export"]
    for path in from_store:
        headers = (await api.get(path)).headers
        assert (headers["trimtab-source"], headers["trimtab-age-ms"]) == ("db", "0")
        assert headers["trimtab-revision"].endswith(".3")
    for path in (f"{CONFIG}/RETRIES", SNAPSHOT):
        headers = (await api.get(path)).headers
        assert headers["trimtab-source"] == "snapshot"
        assert 0 <= int(headers["trimtab-age-ms"]) < 10_000
        assert headers["trimtab-revision"].endswith(".3")


async def test_e16__credential__is_refused_wherever_it_stands_and_nothing_of_it_is_stored(
    api: Api, store: Store
) -> None:
    cases = json.loads((Path(__file__).parents[3] / "contract/secret_cases.json").read_text())
    texts = [
        (joined(case["parts"], seed, cases["alphabets"]), case["secret"])
        for seed, case in enumerate(cases["texts"])
    ]
    await api.create("NOTE", "string", "harmless")
    before = await store.dump()
    secret = [text for text, is_secret in texts if is_secret]
    items = [
        {"key": f"NOTE_{number}", "type": "string", "environment": "dev", "value": text}
        for number, text in enumerate(secret)
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    document = assert_problem(response, 422, "secret-suspected")
    named = {one["key"] for one in document["errors"] if one["rule"].startswith("secret-")}
    assert named == {f"NOTE_{number}" for number in range(len(secret))}
    said, stored = response.text, json.dumps(await store.dump())
    for text in secret:
        assert text not in said
        assert text not in stored
    assert await store.dump() == before
    harmless = [
        {"key": f"NOTE_{number}", "type": "string", "environment": "dev", "value": text}
        for number, (text, is_secret) in enumerate(texts)
        if not is_secret and len(text) < 60_000
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": harmless})
    assert response.status_code == 200, response.text


async def test_e16__key_named_like_a_credential__takes_only_a_reference(
    api: Api, store: Store
) -> None:
    cases = json.loads((Path(__file__).parents[3] / "contract/secret_cases.json").read_text())
    named = [case["key"] for case in cases["keys"] if case["secret"] and "key" in case]
    before = await store.dump()
    items = [
        {"key": key, "type": "string", "environment": "dev", "value": "x"}
        for key in {key.lower(): key for key in named}.values()
    ]
    response = await api.post(f"{CONFIG}/bulk", {"items": items})
    document = assert_problem(response, 422)
    wrong = {error["pointer"].split("/")[2] for error in document["errors"]}
    assert wrong == {str(number) for number in range(len(items))}
    assert await store.dump() == before
    await api.create("SOME_API_KEY", "string", "env://SOME_API_KEY", isSecret=True)
    for value in ("plain", "env://", "env://A B", "http://x", "", "infisical://x", 5):
        response = await api.put("SOME_API_KEY", value, "dev")
        assert_problem(response, 422, key="SOME_API_KEY", rule="secret-reference")


def joined(parts: Sequence[Any], seed: int, alphabets: dict[str, str]) -> str:
    draw, made = random.Random(seed).choice, list[str]()
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif "random" in part:
            made.append("".join(draw(alphabets[part["random"]]) for _ in range(part["length"])))
        else:
            made.append(base62(zlib.crc32(made[-1].encode())))
    return "".join(made)


def base62(number: int) -> str:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(letters[number // 62**power % 62] for power in range(5, -1, -1))


async def test_e17__history__keeps_every_version_and_deleting_is_one(
    api: Api, store: Store
) -> None:
    await api.create("RETRIES", "integer", 0)
    for value in (1, 2, 3):
        await api.put("RETRIES", value, "dev")
    delete = ("DELETE", f"{CONFIG}/RETRIES")
    await api.call(*delete, params={"environment": "dev", "comment": "calm"}, headers=STAR)
    await api.put("RETRIES", 4, "dev")
    await api.call(*delete, params={"environment": "base", "cascade": "true"}, headers=STAR)
    await api.create("RETRIES", "integer", 5, environment="dev")
    items = (await api.get(f"{CONFIG}/history/RETRIES", environment="dev")).json()["items"]
    told = [(one["version"], one["oldValue"], one["newValue"]) for one in items]
    assert told == [
        (7, None, 5),
        (6, 4, None),
        (5, None, 4),
        (4, 3, None),
        (3, 2, 3),
        (2, 1, 2),
        (1, None, 1),
    ]
    assert next(one["comment"] for one in items if one["version"] == 4) == "calm"
    async with store.database.read() as connection:
        query = select(change.c.revision).order_by(change.c.revision)
        revisions = list((await connection.execute(query)).scalars())
    assert revisions == list(range(1, len(revisions) + 1))


async def test_e18__validate__says_what_a_write_says(api: Api, store: Store) -> None:
    await prepare(api)
    await api.create("NAME", "string", "x", validationRules={"required": True, "maxLength": 3})
    pool: list[dict[str, Any]] = [
        {"key": "RETRIES", "environment": "dev", "value": 3},
        {"key": "RETRIES", "environment": "prod", "value": 30},
        {"key": "RETRIES", "environment": "nope", "value": 3},
        {"key": "NAME", "environment": "dev", "value": "long"},
        {"key": "NAME", "environment": "dev", "value": "abc"},
        {"key": "NOPE", "environment": "dev", "value": 1},
        {"key": "NOPE", "environment": "dev", "value": 1, "type": "integer"},
        {"key": "1X", "environment": "dev", "value": 1, "type": "integer"},
        {"op": "delete", "key": "NAME", "environment": "base"},
        {"op": "delete", "key": "NAME", "environment": "dev"},
        {"op": "define", "key": "RETRIES", "validationRules": {"max": 1}},
        {"op": "define", "key": "RETRIES", "validationRules": {"max": 100}},
        {"op": "policy", "key": "RETRIES", "environment": "dev", "sourcePolicy": "env"},
        {"key": "RETRIES", "environment": "dev", "value": 3, "ifMatch": '"0"'},
        {"key": "RETRIES", "value": 3},
    ]
    chance = random.Random(18)
    for _ in range(25):
        items = chance.sample(pool, chance.randint(1, 4))
        before = await store.dump()
        verdict = (await api.post(f"{CONFIG}/validate", {"items": items})).json()
        dry = await api.post(f"{CONFIG}/bulk", {"items": items, "dryRun": True})
        assert await store.dump() == before
        done = await api.post(f"{CONFIG}/bulk", {"items": items})
        assert verdict["valid"] is (done.status_code == 200)
        assert dry.status_code == done.status_code
        if done.status_code == 200:
            assert dry.json()["items"] == done.json()["items"]
            await api.post(f"{CONFIG}/rollback", {"change": await api.revision()})
        else:
            assert verdict["errors"] == done.json()["errors"] == dry.json()["errors"]


async def test_e19__limit_of_a_column__is_a_limit_of_the_api(api: Api) -> None:
    """What only the database would refuse would be an error 500; each limit has its own test."""
    body = {"key": "NEW", "type": "string", "environment": "base"}
    for name, text in [
        ("key", "k" * 256),
        ("category", "c" * 64),
        ("environment", "e" * 64),
        ("application", "a" * 64),
        ("description", "d" * 2001),
        ("comment", "c" * 2001),
    ]:
        assert_problem(await api.post(CONFIG, body | {name: text}), 422)


async def test_e20__queries_full_of_rubbish__are_never_an_error_of_the_server(api: Api) -> None:
    await prepare(api)
    chance = random.Random(20)
    names = (
        "environment application category prefix isSecret limit cursor at revision strong format "
        "meta references minRevision source target sourceRevision targetRevision cascade comment x"
    ).split()
    rubbish = (
        "'\";-- %00 %0 %ff %F0%9F%A6%8A true null NaN -1 1e9 99999999999999999999 [] {} .. / * ~ "
        "2026-11-23T08:00:00Z dev base %2527 a%20b $ne <script> 0.0 a=b"
    ).split()
    reads = [one for one in SAMPLES if one.method == "GET"]
    for _ in range(400):
        sample = chance.choice(reads)
        some = chance.sample(names, chance.randint(1, 4))
        query = "&".join(f"{name}={chance.choice(rubbish)}" for name in some)
        response = await api.get(f"{sample.path}?{query}")
        assert response.status_code < 500, (sample.path, query, response.text)


async def test_e21__one_response__is_of_one_revision(api: Api, store: Store) -> None:
    await api.create("LEFT", "integer", 0)
    await api.create("RIGHT", "integer", 0)
    stop = asyncio.Event()

    async def write() -> None:
        for value in range(1, 13):
            pair = [
                {"key": key, "environment": "base", "value": value}
                | ({"type": "number" if value % 2 else "integer"} if key == "LEFT" else {})
                for key in ("LEFT", "RIGHT")
            ]
            done = await api.post(f"{CONFIG}/bulk", {"items": pair})
            assert done.status_code == 200, done.text
        stop.set()

    async def read(path: str, pick: Callable[[Any], tuple[Any, Any]]) -> None:
        while not stop.is_set():
            await asyncio.sleep(0)  # what is answered from memory waits for nothing
            response = await api.get(path)
            left, right = pick(response.json())
            assert left == right, response.text
            if path == SNAPSHOT:
                item = response.json()["items"]["LEFT"]
                assert isinstance(item["value"], float) is (item["type"] == "number")
                assert response.json()["revision"] == response.headers["trimtab-revision"]

    await asyncio.gather(
        write(),
        read(
            SNAPSHOT, lambda said: tuple(said["items"][key]["value"] for key in ("LEFT", "RIGHT"))
        ),
        read(CONFIG, lambda said: tuple(one["value"] for one in said["items"])),
        read("/api/v1/export?format=json", lambda said: (said["LEFT"], said["RIGHT"])),
    )


async def test_e22__value_without_an_environment_named__is_of_the_tokens_own_else_the_root(
    api: Api, token: Callable[[str], str]
) -> None:
    await api.create("RETRIES", "integer", 1)
    await api.put("RETRIES", 2, "dev")
    assert (await api.get(f"{CONFIG}/RETRIES")).json()["value"] == 1
    bound = api.as_(token("bound"))
    assert (await bound.get(f"{CONFIG}/RETRIES")).json()["value"] == 2
    assert (await bound.get(SNAPSHOT)).json()["environment"] == "dev"


@pytest.mark.parametrize(
    ("own", "inherited", "default", "policy", "value", "origin", "winner"),
    [
        (3, 2, 1, "store", 3, "dev", "store"),
        (None, 2, 1, "store", 2, "base", "store"),
        (None, None, 1, "store", 1, "default", "default"),
        (None, None, None, "store", None, None, None),
        (3, 2, 1, "shadow", 3, "dev", "store"),
        (None, None, 1, "shadow", 1, "default", "default"),
        (None, None, 1, "env", None, None, "process-environment"),
        (None, None, None, "env", None, None, "process-environment"),
    ],
)
async def test_e22__precedence__is_as_the_table_says(
    api: Api,
    own: int | None,
    inherited: int | None,
    default: int | None,
    policy: str,
    value: int | None,
    origin: str | None,
    winner: str | None,
) -> None:
    await api.create("RETRIES", "integer", default=default)
    for environment, given in (("base", inherited), ("dev", own)):
        if given is not None:
            await api.put("RETRIES", given, environment)
    await api.call(
        "PUT", f"{CONFIG}/RETRIES/policy?environment=dev", json={"sourcePolicy": policy},
        headers=STAR,
    )  # fmt: skip
    entity = await api.entity("RETRIES", "dev")
    assert (entity["value"], entity["origin"], entity["sourcePolicy"]) == (value, origin, policy)
    explained = (await api.get(f"{CONFIG}/explain/RETRIES", environment="dev")).json()
    assert (explained["value"], explained["winner"]) == (value, winner)
    assert ("RETRIES" in (await api.get(SNAPSHOT, environment="dev")).json()["items"]) is (
        value is not None or policy != "store"
    )


async def test_e23__empty_text__is_a_value(api: Api) -> None:
    await api.create("GREETING", "string", "hello", default="hi")
    await api.put("GREETING", "", "dev")
    entity = await api.entity("GREETING", "dev")
    assert (entity["value"], entity["origin"]) == ("", "dev")
    assert (await api.get(SNAPSHOT, environment="dev")).json()["items"]["GREETING"]["value"] == ""
    assert (await api.get("/api/v1/export", environment="dev")).text == "GREETING=''\n"


async def test_e25__openapi__lists_exactly_the_routes_there_are(api: Api, app: FastAPI) -> None:
    for path, operations in app.openapi()["paths"].items():
        assert "/api/api" not in path
        known = {method.upper() for method in operations}
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            response = await api.call(method, path.replace("{key}", "ANY"))
            assert (response.status_code != 405) is (method in known), (method, path)


async def test_e26__schema_moved_back_and_forward_again__keeps_the_data(
    request: pytest.FixtureRequest, tmp_path: Path, store: Store
) -> None:
    sqlite = store.database.is_sqlite
    url = (
        f"sqlite:///{tmp_path / 'm.sqlite3'}" if sqlite else request.getfixturevalue("postgres_url")
    )
    moved = Store(Database(url))
    await moved.prepare()
    async with running_app(create_app(Settings(database_url=url, max_streams=0))) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://moved") as client:
            await prepare(Api(client, await moved.issue_admin("mover")))
    before = await moved.dump()
    await downgrade(moved.database, "0001")
    await upgrade(moved.database)
    await upgrade(moved.database)  # again: no change
    assert await moved.dump() == before
    with pytest.raises(RuntimeError, match="settings"):
        await downgrade(moved.database, "base")  # never silently
    assert await moved.dump() == before
    await moved.database.dispose()
