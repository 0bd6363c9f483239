"""The database is away and nothing is held: what servers kept in Redis is served, and says so."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest_asyncio
from redis.asyncio import Redis

from api_driver import CONFIG, Api, Store, assert_problem, prepare, running_app
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.infra.redis_entries import Entry, redis_entries
from trimtab_server.settings import Settings

from .test_outage import Cable, cable

__all__ = ["cable"]

KEY, STATE = "k" * 32, "trimtab:state:default"


@pytest_asyncio.fixture(loop_scope="session")
async def sharing(cable: Cable, postgres_url: str, valkey_server: str) -> AsyncIterator[Api]:
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        await redis.delete(STATE)
    parts = urlsplit(postgres_url)
    url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{cable.port}").geturl()
    store = Store(Database(postgres_url))
    await store.prepare()
    token = await store.issue_admin("operator")
    narrow = await store.issue("narrow", Grant(Role.SERVICE, None, "dev", "voice"))
    await store.database.dispose()
    settings = Settings(database_url=url, max_streams=0, redis_url=valkey_server, redis_key=KEY)
    app = create_app(settings)
    async with running_app(app) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sharing") as client:
            api = Api(client, token)
            api.feed = app.state.feed  # type: ignore[attr-defined]
            api.narrow = api.as_(narrow)  # type: ignore[attr-defined]
            yield api


async def test_outage__nothing_held__is_served_from_redis_unless_older_than_seen(
    sharing: Api,
    cable: Cable,
    valkey_server: str,
) -> None:
    feed = sharing.feed  # type: ignore[attr-defined]
    await prepare(sharing)
    before = await sharing.get("/api/v1/snapshot", environment="dev")
    await _kept(sharing, valkey_server)
    await cable.pull()
    seen = feed.holdings.newest_seen("default")
    feed.holdings.drop("default")
    after = await _served(sharing)
    assert (after.status_code, after.content) == (200, before.content)
    assert after.headers["trimtab-source"] == "lkg"
    assert int(after.headers["trimtab-age-ms"]) >= 0
    assert (await sharing.value("RETRIES", "dev")) == 2
    assert (await sharing.as_(None).get("/readyz")).json()["status"] == "read-only"
    assert_problem(await sharing.put("RETRIES", 3, "dev"), 503)
    feed.holdings.saw(type(seen)(**{**_members(seen), "revision": seen.revision + 1}))
    assert_problem(await sharing.get("/api/v1/snapshot", environment="dev"), 503)
    feed.holdings.drop("default")
    await cable.plug_in()
    assert (await sharing.put("RETRIES", 3, "dev")).status_code == 200
    again = await sharing.get(f"{CONFIG}/RETRIES", environment="dev")
    assert (again.json()["value"], again.headers["trimtab-source"]) == (3, "snapshot")


async def test_outage__nothing_held_and_redis_poisoned__is_503_and_the_genuine_one_is_served(
    sharing: Api, cable: Cable, valkey_server: str
) -> None:
    feed, narrow = sharing.feed, sharing.narrow  # type: ignore[attr-defined]
    await prepare(sharing)
    await sharing.create("VOICE", "string", "calm", category="voice")
    before = await narrow.get("/api/v1/snapshot", environment="dev")
    assert list(before.json()["items"]) == ["VOICE"]
    old = await _kept(sharing, valkey_server)
    assert (await sharing.put("RETRIES", 3, "dev")).status_code == 200
    genuine = await _kept(sharing, valkey_server)
    assert b"Bearer" not in b"".join(genuine.values())
    seen = feed.holdings.newest_seen("default")
    await cable.pull()
    body = genuine[b"body"]
    poisons = {
        "wrong bytes": {b"head": genuine[b"head"], b"body": body[:-1] + bytes([body[-1] ^ 1])},
        "no seal": {b"head": genuine[b"head"], b"body": body[32:]},
        "a later head": {b"head": b"9999999999:9", b"body": body},
        "another's seal": await _sealed(valkey_server, "x" * 32, "default", genuine),
        "another application": await _sealed(valkey_server, KEY, "other", genuine),
        "an old revision": old,
        "another kind": None,
        "nothing": {},
    }
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        for name, poison in poisons.items():
            await redis.delete(STATE)
            if poison is None:
                await redis.rpush(STATE, "a list")
            elif poison:
                await redis.hset(STATE, mapping=poison)
            feed.holdings.drop("default")
            feed.holdings.saw(seen)
            for reader in (sharing, narrow):
                answer = await reader.get("/api/v1/snapshot", environment="dev")
                assert answer.status_code == 503, f"{name}: {answer.text}"
        await redis.delete(STATE)
        await redis.hset(STATE, mapping=genuine)
    after = await _served(narrow)
    assert (after.status_code, after.headers["trimtab-source"]) == (200, "lkg")
    assert after.json()["items"] == before.json()["items"]
    assert (await sharing.value("RETRIES", "dev")) == 3


async def _served(api: Api) -> httpx2.Response:
    """The snapshot; on a busy machine Redis may take longer than a reader waits."""
    async with asyncio.timeout(10):
        while (answer := await api.get("/api/v1/snapshot", environment="dev")).status_code == 503:
            pass
    return answer


async def _kept(api: Api, url: str) -> dict[bytes, bytes]:
    """What Redis holds, once it is what the server holds."""
    feed = api.feed  # type: ignore[attr-defined]
    async with Redis.from_url(url, protocol=2) as redis, asyncio.timeout(10):
        while True:
            head = ":".join(map(str, feed.holdings.peek("default").head)).encode()
            kept: dict[bytes, bytes] = await redis.hgetall(STATE)
            if kept.get(b"head") == head:
                return kept
            await asyncio.sleep(0.02)


async def _sealed(url: str, key: str, name: str, genuine: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The same state as somebody seals it who has this key, under this name."""
    epoch, _, revision = genuine[b"head"].partition(b":")
    text = zlib.decompress(genuine[b"body"][32:])
    entries = redis_entries(url, key)
    async with Redis.from_url(url, protocol=2) as redis:
        await redis.delete(f"trimtab:state:{name}")
        await entries.put(name, Entry((int(epoch), int(revision)), text))
        await entries.close()
        sealed: dict[bytes, bytes] = await redis.hgetall(f"trimtab:state:{name}")
        await redis.delete(f"trimtab:state:{name}")
    return sealed


def _members(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}  # type: ignore[attr-defined]
