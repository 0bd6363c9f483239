"""Many applications in one process: each an asynchronous client with a stream of its own.

Started as a program with their number; answers each line of its input with one of JSON.
"""

import asyncio
import json
import sys
from collections import Counter

import trimtab

from .follower import FIRST

_AT_ONCE = 20
_PAUSE_SECONDS = 0.02


async def follow(count: int) -> None:
    """Run until the input ends."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join() -> trimtab.AsyncClient:
        async with gate:
            return await trimtab.connect_async(lkg_path=None)

    clients = await asyncio.gather(*(join() for _ in range(count)))
    _say(clients)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.startswith("wait "):
            await _wait(clients, int(line.split()[1]))
        _say(clients)
    await asyncio.gather(*(client.aclose() for client in clients))


def _say(clients: list[trimtab.AsyncClient]) -> None:
    values = Counter(str(client.get(FIRST)) for client in clients)
    connected = sum(client.status().connected for client in clients)
    sys.stdout.write(json.dumps({"values": values, "connected": connected}) + "\n")
    sys.stdout.flush()


async def _wait(clients: list[trimtab.AsyncClient], wanted: int, seconds: float = 90.0) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while loop.time() < deadline:
        if all(client.get(FIRST) == wanted for client in clients):
            return
        await asyncio.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    asyncio.run(follow(int(sys.argv[1])))
