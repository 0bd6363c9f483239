"""A Redis that is there, killed, frozen or refuses: an answer, or none within the budget."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from real_servers.valkey import running_valkey
from trimtab_server.infra.redis_link import Breaker, RedisAway, RedisLink


@pytest.fixture
async def link(valkey_server: str) -> AsyncIterator[RedisLink]:
    link = RedisLink(valkey_server)
    yield link
    await link.close()


async def pid_of(link: RedisLink) -> int:
    return int((await link.ask(lambda redis: redis.info("server"), seconds=5))["process_id"])


async def timed(link: RedisLink) -> tuple[bool, float]:
    began = time.perf_counter()
    try:
        await link.ask(lambda redis: redis.ping(), seconds=None)
    except RedisAway:
        return False, time.perf_counter() - began
    return True, time.perf_counter() - began


async def test_ask__a_redis_that_is_there__answers(link: RedisLink) -> None:
    await link.ask(lambda redis: redis.set("k", "v", px=1_000), seconds=5)
    assert await link.ask(lambda redis: redis.get("k"), seconds=5) == b"v"
    assert not link.breaker.is_open


async def test_ask__a_frozen_redis__costs_the_budget_three_times_and_then_nothing() -> None:
    with running_valkey() as url:
        link = RedisLink(url)
        pid = await pid_of(link)
        os.kill(pid, signal.SIGSTOP)
        try:
            slow = [await timed(link) for _ in range(3)]
            quick = [await timed(link) for _ in range(100)]
        finally:
            os.kill(pid, signal.SIGCONT)
        assert not any(answered for answered, _ in slow + quick)
        assert all(seconds < 0.5 for _, seconds in slow)
        assert sum(seconds for _, seconds in quick) < 0.2
        assert link.failures == 3
        async with asyncio.timeout(10):
            while not (await timed(link))[0]:  # noqa: ASYNC110 - the breaker's pause has to pass
                await asyncio.sleep(0.05)
        assert not link.breaker.is_open
        await link.close()


async def test_ask__a_redis_that_is_not_there__is_away_at_once() -> None:
    link = RedisLink("redis://127.0.0.1:1/0")
    assert await timed(link) < (True, 0.5)
    assert [answered for answered, _ in [await timed(link) for _ in range(5)]] == [False] * 5
    await link.close()


async def test_ask__cancelled_in_the_middle__gives_nobody_another_ones_answer(
    link: RedisLink,
) -> None:
    await link.ask(lambda redis: redis.mset({f"k{n}": f"v{n}" for n in range(50)}), seconds=5)
    for turn in range(50):
        asking = asyncio.create_task(link.ask(lambda redis: redis.get("k0"), seconds=5))
        for _ in range(turn % 7):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])
        answer = await link.ask(lambda redis, n=turn: redis.get(f"k{n}"), seconds=5)
        assert answer == f"v{turn}".encode()


async def test_listening__what_is_published__comes_until_the_connection_goes(
    link: RedisLink,
) -> None:
    async with link.listening("news") as messages, asyncio.timeout(5):
        await link.ask(lambda redis: redis.publish("news", "one"), seconds=5)
        assert await anext(messages) == b"one"
        await link.ask(lambda redis: redis.client_kill_filter(_type="pubsub"), seconds=5)
        with pytest.raises(RedisAway):
            await anext(messages)


def test_breaker__after_a_pause__lets_one_try_and_doubles_the_pause() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(3):
        assert breaker.may_ask()
        breaker.failed()
    assert not breaker.may_ask()
    now = 0.7
    assert [breaker.may_ask() for _ in range(3)] == [True, False, False]
    breaker.failed()
    now += 0.7
    assert not breaker.may_ask()
    now += 0.6
    assert breaker.may_ask()
    breaker.succeeded()
    assert [breaker.may_ask() for _ in range(3)] == [True] * 3
