"""The trail over HTTP: who may read it, what it says, and whether that is all of it."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from sqlalchemy import text

from api_driver import Api, Store, assert_problem, running_app
from raw_rows import without_triggers
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.audit.chain import NO_ENTRY, entry_hash
from trimtab_server.settings import Settings
from trimtab_server.trail.audit_key import create_key
from trimtab_server.trail.checkpoint import key_text, read_checkpoint

AUDIT = "/api/v1/audit"
CONFIG = "/api/v1/config"


@pytest_asyncio.fixture(loop_scope="session")
async def signing(store: Store, api: Api, tmp_path: Path) -> AsyncIterator[Api]:
    """The same store served with an audit key."""
    create_key(tmp_path / "audit.key")
    url = store.database.engine.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(database_url=url, audit_key_file=tmp_path / "audit.key", max_streams=0)
    )
    async with (
        running_app(app) as running,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(running), base_url="http://trimtab.test"
        ) as client,
    ):
        yield Api(client, api.token)


async def _history(api: Api) -> None:
    await api.create("RETRIES", "integer", 3, comment="a start")
    await api.create("MODEL", "string", "small")
    assert (await api.put("RETRIES", 5, "dev")).status_code == 200


async def _all(api: Api, **params: Any) -> list[dict[str, Any]]:
    """Every entry, page by page."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        response = await api.get(AUDIT, **params, cursor=cursor)
        assert response.status_code == 200, response.text
        found += response.json()["items"]
        cursor = response.json()["nextCursor"]
        if cursor is None:
            return found


async def _as(store: Store, api: Api, name: str, *grants: Grant) -> Api:
    return api.as_(await store.issue(name, *grants))


async def test_list__after_some_changes__names_who_did_what_from_where(api: Api) -> None:
    await _history(api)
    entries = await _all(api, chain="application")
    newest = entries[0]
    assert newest["action"] == "change"
    assert (newest["actor"], newest["channel"], newest["application"]) == ("root", "api", "default")
    assert newest["requestId"]
    assert newest["items"] == [
        {
            "kind": "value",
            "key": "RETRIES",
            "environment": "dev",
            "version": 1,
            "old": None,
            "oldState": "none",
            "new": 5,
            "newState": "shown",
        }
    ]
    comments = [one["reason"] for one in entries]
    assert comments == [None, None, "a start", None]


async def test_list__with_and_without_chain__system_is_apart(api: Api, store: Store) -> None:
    await store.issue("somebody", Grant(Role.VIEWER))
    mixed = {one["chain"] for one in await _all(api)}
    assert "system" in mixed
    assert len(mixed) == 2
    assert {one["chain"] for one in await _all(api, chain="system")} == {"system"}
    issued = await _all(api, chain="system", action="token-issued")
    assert issued
    assert all(one["items"] == [] and "name" in one["subject"] for one in issued)


async def test_list__filters__narrow_it(api: Api) -> None:
    await _history(api)
    assert [one["seq"] for one in await _all(api, key="RETRIES")] == [4, 2]
    assert [one["seq"] for one in await _all(api, key="RETRIES", environment="dev")] == [4]
    assert [one["seq"] for one in await _all(api, revision="3")] == [3]
    assert await _all(api, actor="nobody") == []
    at = (await _all(api, key="MODEL"))[0]["at"]
    assert [one["seq"] for one in await _all(api, chain="application", until=at)] == [2, 1]


async def test_list__pages_of_one__are_the_whole_in_either_order(api: Api) -> None:
    await _history(api)
    whole = [(one["chain"], one["seq"]) for one in await _all(api)]
    assert [(one["chain"], one["seq"]) for one in await _all(api, limit=1)] == whole
    oldest = [(one["chain"], one["seq"]) for one in await _all(api, limit=2, order="oldest")]
    assert oldest == whole[::-1]


async def test_list__with_proof__can_be_verified_by_whoever_holds_it(api: Api) -> None:
    await _history(api)
    head = NO_ENTRY
    for one in await _all(api, chain="application", proof="true", order="oldest"):
        assert one["prevHash"] == head
        assert entry_hash(one["chain"], one["seq"], head, one["body"]) == one["hash"]
        head = one["hash"]
    assert "body" not in (await _all(api))[0]


@pytest.mark.parametrize("path", ["", "/verify", "/checkpoint"])
async def test_read__by_whom_it_is_not_for__is_refused(
    api: Api, store: Store, path: str, token: Any
) -> None:
    assert_problem(await api.as_(None).get(f"{AUDIT}{path}"), 401)
    for name in ("viewer", "dev", "bound", "nobody"):
        assert_problem(await api.as_(token(name)).get(f"{AUDIT}{path}"), 403, "forbidden")


async def test_read__administrator_of_one_application__does_not_see_the_system(
    api: Api, store: Store
) -> None:
    own = await _as(store, api, "app-admin", Grant(Role.ADMIN, application="default"))
    chains = {one["application"] for one in await _all(own)}
    assert chains == {"default"}
    assert_problem(await own.get(AUDIT, chain="system"), 403, "forbidden")
    verified = (await own.get(f"{AUDIT}/verify")).json()
    assert [one["application"] for one in verified["chains"]] == ["default"]
    assert_problem(await own.get(f"{AUDIT}/checkpoint"), 403, "forbidden")
    other = await _as(store, api, "other-admin", Grant(Role.ADMIN, application="other"))
    assert_problem(await other.get(AUDIT), 403, "forbidden")


async def test_read__of_an_application_that_is_not_there__says_so(api: Api) -> None:
    assert_problem(await api.get(AUDIT, application="nowhere"), 422, "unknown-application")


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "nonsense"},
        {"cursor": "ZW50cmllczoyMDI2LTAyLTMwVDAwOjAwOjAwLjAwMDAwMFp8c3lzdGVtfDE"},
        {"limit": "0"},
        {"limit": "1001"},
        {"chain": "other"},
        {"order": "random"},
        {"since": "yesterday"},
        {"unknown": "1"},
    ],
)
async def test_list__parameter_out_of_bounds__is_malformed(
    api: Api, params: dict[str, str]
) -> None:
    assert_problem(await api.get(AUDIT, **params), 422, "malformed-request")


async def test_verify__as_written__is_valid(api: Api) -> None:
    await _history(api)
    found = (await api.get(f"{AUDIT}/verify")).json()
    assert found["valid"]
    assert {one["application"]: one["entries"] for one in found["chains"]}["default"] == 4
    assert all(one["problems"] == [] for one in found["chains"])


async def test_verify__value_changed_by_sql__is_valid_and_shows_it(api: Api, store: Store) -> None:
    await _history(api)
    async with store.database.write() as connection:
        statement = "UPDATE configuration SET value = '4' WHERE environment = 'dev'"
        await connection.execute(text(statement))
    found = (await api.get(f"{AUDIT}/verify")).json()
    assert found["valid"]
    (chain,) = [one for one in found["chains"] if one["application"] == "default"]
    assert chain["outOfBand"] == 1
    (entry,) = await _all(api, action="out-of-band")
    assert (entry["actor"], entry["channel"]) == ("out-of-band", "sql")
    (item,) = entry["items"]
    assert (item["key"], item["old"], item["new"]) == ("RETRIES", 5, 4)


async def test_verify__entry_deleted_behind_the_triggers__fails_there(
    api: Api, store: Store
) -> None:
    await _history(api)
    async with store.database.write() as connection, without_triggers(connection):
        for table in ("audit_value", "audit_entry"):
            await connection.execute(
                text(f"DELETE FROM {table} WHERE chain <> 'system' AND seq = 2")
            )
    found = (await api.get(f"{AUDIT}/verify", chain="application")).json()
    assert not found["valid"]
    assert found["chains"][0]["problems"][0] == {"seq": 3, "kind": "gap"}


async def test_checkpoint__without_a_key__says_how_to_make_one(
    signing: Api, tmp_path: Path
) -> None:
    (tmp_path / "audit.key").unlink()
    assert_problem(await signing.get(f"{AUDIT}/checkpoint"), 409, "no-audit-key")


async def test_checkpoint__key_that_others_can_read__is_not_used(
    signing: Api, tmp_path: Path
) -> None:
    path = tmp_path / "audit.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    document = assert_problem(await signing.get(f"{AUDIT}/checkpoint"), 409, "bad-audit-key")
    assert str(tmp_path) not in document["detail"]


async def test_verify__against_a_checkpoint__holds_as_long_as_nothing_is_gone(
    signing: Api, store: Store
) -> None:
    await _history(signing)
    checkpoint = (await signing.get(f"{AUDIT}/checkpoint")).json()
    assert read_checkpoint(checkpoint).to_json() == checkpoint
    assert (await signing.put("RETRIES", 6, "dev")).status_code == 200
    body = {"checkpoints": [checkpoint]}
    found = (await signing.post(f"{AUDIT}/verify", body)).json()
    assert found["valid"]
    assert [one["trusted"] for one in found["checkpoints"]] == [True]

    async with store.database.write() as connection, without_triggers(connection):
        for table in ("audit_value", "audit_entry"):
            await connection.execute(
                text(f"DELETE FROM {table} WHERE chain <> 'system' AND seq > 2")
            )
        await connection.execute(
            text(
                "UPDATE audit_chain SET seq = 2, head = (SELECT hash FROM audit_entry "
                "WHERE chain = audit_chain.name AND seq = 2) WHERE name <> 'system'"
            )
        )
        await connection.execute(text("UPDATE application SET revision = 2"))
    assert (await signing.get(f"{AUDIT}/verify")).json()["valid"], "nothing in it shows the cut"
    found = (await signing.post(f"{AUDIT}/verify", body)).json()
    assert not found["valid"]
    problems = [problem for one in found["chains"] for problem in one["problems"]]
    assert problems == [{"seq": 4, "kind": "cut"}]


async def test_verify__checkpoint_of_another_key__is_not_trusted(
    signing: Api, tmp_path: Path
) -> None:
    checkpoint = (await signing.get(f"{AUDIT}/checkpoint")).json()
    other = key_text(create_key(tmp_path / "other.key").public_key().public_bytes_raw())
    body = {"checkpoints": [checkpoint], "publicKey": other}
    found = (await signing.post(f"{AUDIT}/verify", body)).json()
    assert not found["valid"]
    assert [one["trusted"] for one in found["checkpoints"]] == [False]


async def test_verify__edited_checkpoint__is_not_trusted(signing: Api) -> None:
    checkpoint = (await signing.get(f"{AUDIT}/checkpoint")).json()
    checkpoint["heads"][0]["seq"] -= 1
    found = (await signing.post(f"{AUDIT}/verify", {"checkpoints": [checkpoint]})).json()
    assert not found["valid"]
    assert [one["trusted"] for one in found["checkpoints"]] == [False]


@pytest.mark.parametrize(
    ("member", "value"), [("signature", "!" * 88), ("publicKey", "!" * 44), ("format", "v2")]
)
async def test_verify__what_is_no_checkpoint__is_refused(
    signing: Api, member: str, value: str
) -> None:
    checkpoint = (await signing.get(f"{AUDIT}/checkpoint")).json()
    response = await signing.post(
        f"{AUDIT}/verify", {"checkpoints": [{**checkpoint, member: value}]}
    )
    assert_problem(response, 422)


async def test_write__refused_because_of_a_credential__is_told_without_it(
    api: Api, store: Store
) -> None:
    await api.create("VOICE", "string", "calm")
    canary = "AKIA" + "ABCDEFGHIJKLMNOP"
    refused = await api.put("VOICE", canary, "dev")
    assert_problem(refused, 422, "secret-suspected")
    named = {"key": canary, "environment": "base", "type": "string"}
    assert_problem(await api.post(CONFIG, named), 422, "secret-suspected")
    environment = {"name": "qa", "parent": "base", "comment": canary}
    assert_problem(await api.post("/api/v1/environments", environment), 422)
    entries = await _all(api, action="secret-refused", order="oldest")
    found = [one["subject"]["refused"] for one in entries]
    assert found == [
        [{"key": "VOICE", "rule": "secret-value", "pointer": "/value"}],
        [{"key": None, "rule": "secret-value", "pointer": "/key"}],
        [{"key": None, "rule": "secret-value", "pointer": "/comment"}],
    ]
    assert entries[0]["requestId"] == refused.headers["x-request-id"]
    assert (entries[0]["actor"], entries[0]["address"]) == ("root", "127.0.0.1")
    assert [one["seq"] for one in await _all(api, key="VOICE", chain="system")] == [
        entries[0]["seq"]
    ]
    async with store.database.read() as connection:
        for table in ("audit_entry", "audit_value", "change_item", "configuration"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()
            assert canary not in repr([tuple(row) for row in rows])
