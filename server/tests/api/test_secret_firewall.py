"""Thousands of credentials knock at every door, and thousands of ordinary values come in.

The short form takes seconds; TRIMTAB_LONG_TESTS=1 tries every shape in every encoding at every
place, several times over, on both databases.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio
import structlog
from redis.asyncio import Redis

from api_driver import CONFIG, Api, Served, Store, serving
from credentials import (
    ENCODINGS,
    Made,
    benign_values,
    generic_shapes,
    make,
    ordinary_settings,
    provider_shapes,
)
from real_servers.postgres import _wheel

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
ROUNDS = 5 if LONG else 1
NEEDLE_LENGTH = 12  # what is shorter stands in other texts by chance
DEV = "environment=dev"
Send = Callable[[Api, str], Any]


async def _put(api: Api, key: str, value: Any, **more: Any) -> httpx2.Response:
    return await api.call(
        "PUT", f"{CONFIG}/{key}?{DEV}", headers={"If-Match": "*"}, json={"value": value, **more}
    )


async def _patch(api: Api, key: str, **fields: Any) -> httpx2.Response:
    headers = {"If-Match": "*"}
    return await api.call("PATCH", f"{CONFIG}/{key}/definition", headers=headers, json=fields)


async def _bulk(api: Api, **item: Any) -> httpx2.Response:
    items = [{"key": "MODEL", "environment": "dev", "value": "small"}, item]
    return await api.post(f"{CONFIG}/bulk", {"items": items})


def _new(**fields: Any) -> dict[str, Any]:
    return {"key": "NEW", "environment": "dev", "type": "string", "value": "x"} | fields


PLACES: Mapping[str, Send] = {
    "value": lambda api, text: _put(api, "TEXT", f"{text}"),
    "value in words": lambda api, text: _put(api, "TEXT", f"see {text} there"),
    "json member": lambda api, text: _put(api, "TREE", {"a": [{"b": text}]}),
    "json name": lambda api, text: _put(api, "TREE", {"a": {text: 1}}),
    "comment": lambda api, text: _put(api, "MODEL", "small", comment=text),
    "description": lambda api, text: _patch(api, "TEXT", description=f"like {text}"),
    "default": lambda api, text: _patch(api, "TEXT", default=text),
    "rule": lambda api, text: _patch(api, "TEXT", validationRules={"pattern": re.escape(text)}),
    "enum": lambda api, text: _patch(api, "LEVEL", validationRules={"enum": ["calm", text]}),
    "key": lambda api, text: api.post(CONFIG, _new(key=text)),
    "category": lambda api, text: api.post(CONFIG, _new(category=text)),
    "new value": lambda api, text: api.post(CONFIG, _new(value=text)),
    "bulk value": lambda api, text: _bulk(api, key="TEXT", environment="dev", value=text),
    "bulk new": lambda api, text: _bulk(api, **_new(op="create", description=text)),
    "bulk comment": lambda api, text: api.post(
        f"{CONFIG}/bulk",
        {"items": [{"key": "MODEL", "environment": "dev", "value": "s"}], "comment": text},
    ),
    "promote comment": lambda api, text: api.post(
        f"{CONFIG}/promote", {"source": "dev", "target": "prod", "comment": text}
    ),
    "rollback comment": lambda api, text: api.post(
        f"{CONFIG}/rollback", {"environment": "dev", "revision": 3, "comment": text}
    ),
    "environment name": lambda api, text: api.post(
        "/api/v1/environments", {"name": text, "parent": "base"}
    ),
    "environment in the query": lambda api, text: api.call(
        "PUT",
        f"{CONFIG}/TEXT?environment={quote(text, safe='')}",
        headers={"If-Match": "*"},
        json={"value": "x"},
    ),
}
# Where a name stands, a text that cannot be one is refused as a name.
NAMES = {"key", "category", "environment name", "environment in the query"}


@dataclass(frozen=True, slots=True)
class Attempt:
    place: str
    made: Made
    is_certain: bool


def _attempts(seed: int) -> Iterator[Attempt]:
    """Every shape in every encoding, the places in turn; in the long form every combination."""
    chance = random.Random(seed)
    places = list(PLACES)
    for certain, shapes in ((True, provider_shapes()), (False, generic_shapes())):
        for _ in range(ROUNDS):
            for shape, parts in shapes.items():
                for encoding in ENCODINGS:
                    tried = places if LONG else chance.sample(places, 4 if certain else 6)
                    for place in tried:
                        made = make(shape, parts, encoding, chance)
                        yield Attempt(place, made, certain)


async def _prepare(api: Api) -> None:
    await api.create("TEXT", "string", "x")
    await api.create("MODEL", "string", "large")
    await api.create("TREE", "json", {})
    await api.create("LEVEL", "enum", "calm", validationRules={"enum": ["calm"]})
    assert (await api.put("MODEL", "middle", "dev")).status_code == 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A server that keeps in Redis what it serves, and that Redis."""

    served: Served
    redis_url: str


@pytest_asyncio.fixture(loop_scope="session", params=["sqlite", "postgresql"])
async def kept(
    request: pytest.FixtureRequest, tmp_path: Path, valkey_server: str
) -> AsyncIterator[Kept]:
    """On each database, empty."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        await redis.flushdb()
    key = "of this test only, and long enough"
    async with serving(url, redis_url=valkey_server, redis_key=key) as served:
        served.door.refusals.most_each = 1_000_000
        yield Kept(served, valkey_server)


@pytest.mark.timeout(3_600 if LONG else 110)
async def test_credentials__at_every_place__are_refused_and_found_nowhere(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    api, store = kept.served.api, kept.served.store
    await _prepare(api)
    attempts = list(_attempts(seed=4711 + store.database.is_sqlite))
    accepted: list[Attempt] = []
    unnamed: list[Attempt] = []
    said: list[str] = []
    with structlog.testing.capture_logs() as logs:
        for attempt in attempts:
            response = await PLACES[attempt.place](api, attempt.made.text)
            if response.status_code < 400:
                accepted.append(attempt)
                continue
            assert response.status_code < 500, (attempt, response.text)
            if attempt.place not in NAMES and response.json()["code"] != "secret-suspected":
                unnamed.append(attempt)
            said.append(response.text + str(response.headers))

    certain = [one for one in attempts if one.is_certain]
    guessed = [one for one in attempts if not one.is_certain]
    assert len(attempts) >= 1_200
    assert [one for one in accepted if one.is_certain] == [], "provider formats: all refused"
    let_in = [one for one in accepted if not one.is_certain]
    kinds = Counter((one.made.shape, one.place) for one in let_in)
    assert len(let_in) <= 0.05 * len(guessed), kinds
    assert not [one for one in unnamed if one.is_certain], "refused, but not as a credential"
    assert len({one.made.shape for one in certain}) >= 40

    refused = [one.made for one in attempts if one not in accepted]
    await _assert_nowhere(kept, refused, said, logs, capsys)


async def _assert_nowhere(
    kept: Kept,
    refused: Sequence[Made],
    said: Sequence[str],
    logs: Sequence[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    api, store = kept.served.api, kept.served.store
    needles = {
        needle for made in refused for needle in made.needles if len(needle) >= NEEDLE_LENGTH
    }
    exports = [
        (await api.get("/api/v1/export", format=kind, environment=name, meta=meta)).text
        for name in ("base", "dev", "prod")
        for kind, meta in (("json", "false"), ("json", "true"), ("yaml", "true"))
    ]
    trail = []
    cursor = None
    while True:
        page = (await api.get("/api/v1/audit", limit=1000, proof="true", cursor=cursor)).json()
        trail.append(json.dumps(page, ensure_ascii=False))
        cursor = page["nextCursor"]
        if cursor is None:
            break
    captured = capsys.readouterr()
    searched = {
        "store": _stored(store),
        "redis": await _in_redis(kept),
        "replies": "\n".join(said),
        "exports": "\n".join(exports),
        "audit": "\n".join(trail),
        "logs": repr(logs) + captured.out + captured.err,
    }
    found = {where: held for where, text in searched.items() if (held := _held(text, needles))}
    assert found == {}
    assert _held(" ".join(["x", *needles, "x"]), needles) == needles, "the search finds them"
    assert "RETRIES" not in searched["store"]
    for place in ("store", "redis", "exports", "audit"):
        assert "MODEL" in searched[place], f"the search of {place} looks at the right thing"


async def _in_redis(kept: Kept) -> str:
    """Every name and value in it, once what is served now has been kept there."""
    head = (await kept.served.api.get("/api/v1/snapshot", environment="dev")).headers[
        "Trimtab-Revision"
    ]
    told = head.replace(".", ":").encode()
    async with Redis.from_url(kept.redis_url, protocol=2) as redis, asyncio.timeout(20):
        while True:
            if await redis.hget("trimtab:state:default", "head") == told:
                break
            await asyncio.sleep(0.1)
        held: list[bytes] = []
        async for name in redis.scan_iter():
            is_hash = await redis.type(name) == b"hash"
            parts = [*(await redis.hgetall(name)).values()] if is_hash else [await redis.get(name)]
            held += [name, *parts, *[_unpacked(part) for part in parts]]
    return b"\n".join(held).decode("utf-8", "replace")


def _unpacked(part: bytes) -> bytes:
    """Behind its seal it may be compressed."""
    try:
        return zlib.decompress(part[32:])
    except zlib.error:
        return b""


def _held(text: str, needles: Set[str]) -> set[str]:
    """Those needles that stand in the text; looked for by their beginnings, as there are thousands
    of them and megabytes of text."""
    starts: dict[str, list[str]] = {}
    for one in needles:
        starts.setdefault(one[:NEEDLE_LENGTH], []).append(one)
    places = range(len(text) - NEEDLE_LENGTH + 1)
    seen = {start for at in places if (start := text[at : at + NEEDLE_LENGTH]) in starts}
    return {one for start in seen for one in starts[start] if one in text}


def _stored(store: Store) -> str:
    """Everything that the database would give away: SQLite's files, or a dump of all tables."""
    url = store.database.engine.url
    if store.database.is_sqlite:
        file = Path(str(url.database))
        held = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
        return held.decode("utf-8", "replace")
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run(
        [_wheel() / "bin/pg_dump", "--no-owner", plain], capture_output=True, text=True, check=True
    )
    return dump.stdout.replace("\\\\", "\\")


def _ordinary() -> list[dict[str, Any]]:
    """Values that belong into the store: real ones, and made ones."""
    items = [
        {"key": f"SETTING_{number}", "type": "string", "value": value, "description": value}
        for number, value in enumerate(benign_values(10_000 if LONG else 2_000, seed=11))
    ]
    return items + ordinary_settings()


@pytest.mark.timeout(900 if LONG else 110)
async def test_ordinary_values__in_their_thousands__come_in(api: Api) -> None:
    items = [{"environment": "base", **one} for one in _ordinary()]
    refused: list[tuple[str, Any, str]] = []
    for start in range(0, len(items), 500):
        batch = items[start : start + 500]
        verdict = (await api.post(f"{CONFIG}/validate", {"items": batch})).json()
        bad = {int(one["pointer"].split("/")[2]): one["message"] for one in verdict["errors"]}
        refused += [(batch[at]["key"], batch[at]["value"], why) for at, why in bad.items()]
        good = [one for at, one in enumerate(batch) if at not in bad]
        written = await api.post(f"{CONFIG}/bulk", {"items": good})
        assert written.status_code == 200, written.text
    assert len(items) >= 2_000
    assert len(refused) <= 0.01 * len(items), refused[:40]
