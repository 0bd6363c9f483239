"""Hints by way of Redis: heard while it is there, waited for by nobody."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from real_servers.valkey import running_valkey
from trimtab_server.infra.redis_hints import RedisHints
from trimtab_server.infra.redis_link import RedisLink


class Node:
    """One server: what it heard, and how often it looked because it might have missed something."""

    def __init__(self, url: str) -> None:
        self.link = RedisLink(url)
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.looked: asyncio.Queue[None] = asyncio.Queue()
        self.hints = RedisHints(self.link, self.heard.put_nowait, self.look)

    async def look(self) -> None:
        self.looked.put_nowait(None)


@asynccontextmanager
async def node(url: str) -> AsyncIterator[Node]:
    one = Node(url)
    running = asyncio.create_task(one.hints.run())
    yield one
    running.cancel()
    await asyncio.wait([running])


async def test_tell__on_one_node__is_heard_on_the_other(valkey_server: str) -> None:
    async with node(valkey_server) as one, node(valkey_server) as two, asyncio.timeout(10):
        await one.looked.get()
        await two.looked.get()
        one.hints.tell("a:7:1")
        assert await two.heard.get() == "a:7:1"


async def test_tell__while_redis_is_away__keeps_nobody_waiting_and_says_the_newest_afterwards() -> (
    None
):
    with running_valkey() as url:
        async with node(url) as one, node(url) as two, asyncio.timeout(60):
            await one.looked.get()
            await two.looked.get()
            told = await one.link.ask(lambda redis: redis.info("server"), seconds=5)
            os.kill(int(told["process_id"]), signal.SIGSTOP)
            try:
                began = time.perf_counter()
                for revision in range(10_000):
                    one.hints.tell(f"a:7:{revision}")
                assert time.perf_counter() - began < 1
                await asyncio.sleep(0)
            finally:
                os.kill(int(told["process_id"]), signal.SIGCONT)
            one.hints.tell("a:7:10000")
            while await two.heard.get() != "a:7:10000":
                one.hints.tell("a:7:10000")


async def test_run__a_connection_that_is_cut__is_made_again_and_looks(valkey_server: str) -> None:
    async with node(valkey_server) as one, asyncio.timeout(20):
        await one.looked.get()
        await one.link.ask(lambda redis: redis.client_kill_filter(_type="pubsub"), seconds=5)
        await one.looked.get()
        one.hints.tell("a:7:1")
        assert await one.heard.get() == "a:7:1"


async def test_run__no_redis_at_all__ends_in_good_order() -> None:
    async with node("redis://127.0.0.1:1/0") as one:
        one.hints.tell("a:7:1")
        await asyncio.sleep(0.05)
        assert one.heard.empty()
        assert one.looked.empty()
