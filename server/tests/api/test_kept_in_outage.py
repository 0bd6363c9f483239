"""The database is away and nothing is held: what servers kept in Redis is served, and says so."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest_asyncio
from redis.asyncio import Redis

from api_driver import CONFIG, Api, Store, assert_problem, prepare, running_app
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

from .test_outage import Cable, cable

__all__ = ["cable"]


@pytest_asyncio.fixture(loop_scope="session")
async def sharing(cable: Cable, postgres_url: str, valkey_server: str) -> AsyncIterator[Api]:
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        await redis.delete("trimtab:state:default")
    parts = urlsplit(postgres_url)
    url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{cable.port}").geturl()
    store = Store(Database(postgres_url))
    await store.prepare()
    token = await store.issue_admin("operator")
    await store.database.dispose()
    settings = Settings(
        database_url=url, max_streams=0, redis_url=valkey_server, redis_key="k" * 32
    )
    app = create_app(settings)
    async with running_app(app) as running:
        transport = httpx2.ASGITransport(running)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sharing") as client:
            api = Api(client, token)
            api.feed = app.state.feed  # type: ignore[attr-defined]
            yield api


async def test_outage__nothing_held__is_served_from_redis_unless_older_than_seen(
    sharing: Api,
    cable: Cable,
    valkey_server: str,
) -> None:
    feed = sharing.feed  # type: ignore[attr-defined]
    await prepare(sharing)
    before = await sharing.get("/api/v1/snapshot", environment="dev")
    head = ":".join(map(str, feed.holdings.peek("default").head))
    async with Redis.from_url(valkey_server, protocol=2) as redis, asyncio.timeout(10):
        while (await redis.hget("trimtab:state:default", "head") or b"").decode() != head:  # noqa: ASYNC110 - Redis does not call
            await asyncio.sleep(0.02)
    await cable.pull()
    seen = feed.holdings.newest_seen("default")
    feed.holdings.drop("default")
    after = await sharing.get("/api/v1/snapshot", environment="dev")
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


def _members(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}  # type: ignore[attr-defined]
