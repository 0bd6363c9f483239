"""What is kept in Redis, on a real Valkey: what is not ours, whole and of this name is a miss."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from faults.stores import stoppable_valkey
from trimtab_server.cli.purge import forget_kept
from trimtab_server.infra.redis_entries import Entry, RedisAway, RedisEntries, redis_entries

KEY = "k" * 32
OLD, NEW = Entry((7, 1), b"old"), Entry((7, 2), b"new")


@pytest_asyncio.fixture
async def entries(valkey_server: str) -> AsyncIterator[RedisEntries]:
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        await redis.delete("trimtab:state:a", "trimtab:state:b")
    entries = redis_entries(valkey_server, KEY)
    yield entries
    await entries.close()


async def test_put__older_head__is_refused_and_newer_replaces(entries: RedisEntries) -> None:
    await entries.put("a", OLD)
    await entries.put("a", NEW)
    await entries.put("a", OLD)
    assert await entries.get("a", seconds=1) == NEW


async def test_get__altered_cut_swapped_or_foreign__is_a_miss_and_gives_way(
    entries: RedisEntries, valkey_server: str
) -> None:
    await entries.put("a", OLD)
    foreign = redis_entries(valkey_server, "x" * 32)
    async with Redis.from_url(valkey_server, protocol=2) as redis:
        at, other = "trimtab:state:a", "trimtab:state:b"
        body = await redis.hget(at, "body")
        poisons = [
            {"head": "7:1", "body": body[:-1] + bytes([body[-1] ^ 1])},
            {"head": "7:1", "body": body[:-1]},
            {"head": "9:9", "body": body},
            {"head": "nonsense", "body": b""},
        ]
        for poison in poisons:
            await redis.hset(at, mapping=poison)
            assert await entries.get("a", seconds=1) is None
            await entries.put("a", OLD)
            assert await entries.get("a", seconds=1) == OLD
        await redis.hset(other, mapping={"head": "7:1", "body": body})
        assert await entries.get("b", seconds=1) is None
        assert await foreign.get("a", seconds=1) is None
        await redis.set(at, "another kind")
        assert await entries.get("a", seconds=1) is None
        assert {"a", "b"} <= set(await entries.names())
        await entries.put("a", OLD)
        assert await entries.get("a", seconds=1) == OLD
    await foreign.close()


async def test_forget__what_was_kept__is_gone_and_older_is_not_taken_again(
    entries: RedisEntries, valkey_server: str
) -> None:
    await entries.put("a", NEW)
    await entries.forget("a", (8, 0))
    await entries.put("a", NEW)
    assert await entries.get("a", seconds=1) is None
    await entries.put("a", Entry((8, 3), b"after"))
    assert await entries.get("a", seconds=1) == Entry((8, 3), b"after")


async def test_get__flushed_frozen_or_killed__is_a_miss_or_away() -> None:
    with stoppable_valkey() as valkey:
        entries = redis_entries(valkey.url, KEY)
        await entries.put("a", NEW)
        async with Redis.from_url(valkey.url, protocol=2) as redis:
            await redis.flushall()
        assert await entries.get("a", seconds=1) is None
        await entries.put("a", NEW)
        valkey.freeze()
        with pytest.raises(RedisAway):
            await entries.get("a")
        valkey.stop()
        with pytest.raises(RedisAway):
            await entries.get("a")
        await entries.close()


async def test_forget_kept__what_the_purge_command_does__takes_the_application_out(
    entries: RedisEntries, valkey_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_REDIS_URL", valkey_server)
    monkeypatch.setenv("TRIMTAB_REDIS_KEY", KEY)
    await entries.put("a", NEW)
    assert await forget_kept("a", 8)
    assert await entries.get("a", seconds=1) is None
    monkeypatch.setenv("TRIMTAB_REDIS_URL", "redis://127.0.0.1:1/0")
    assert not await forget_kept("a", 9)
