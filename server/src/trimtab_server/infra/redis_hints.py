"""Announcements between servers by way of Redis: one more hint, for servers that share one.

What is announced is which application is now at which head, never a value. Nobody waits for it,
and whoever does not hear it finds the same by looking (`Feed.run`). PostgreSQL announces by itself;
this reaches servers that share an embedded database, or whose listening connection is down.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from trimtab_server.infra.announcements import CHANNEL
from trimtab_server.infra.redis_link import RedisAway, RedisLink

_log = structlog.get_logger(__name__)

_PUBLISH_SECONDS = 1.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.2, 5.0


_MOST_BYTES = 128


def redis_hints(
    url: str, on_payload: Callable[[str], None], on_connected: Callable[[], Awaitable[None]]
) -> "RedisHints":
    """Raises ValueError where that is no URL of a Redis."""
    return RedisHints(RedisLink(url), on_payload, on_connected)


class RedisHints:
    """One per process. `run` hears; `tell` says, in the background, the newest of each."""

    def __init__(
        self,
        link: RedisLink,
        on_payload: Callable[[str], None],
        on_connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._link = link
        self._on_payload = on_payload
        self._on_connected = on_connected
        self._untold: dict[str, str] = {}
        self._telling: asyncio.Task[None] | None = None

    def tell(self, payload: str) -> None:
        """Announce it when that is possible; a later head of the same application replaces it."""
        self._untold[payload.partition(":")[0]] = payload
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_all())

    async def run(self) -> None:
        """Listen until cancelled; then forget what was not told, and hang up."""
        try:
            await self._keep_listening()
        finally:
            await self._close()

    async def _keep_listening(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._link.listening(CHANNEL) as messages:
                    pause = _FIRST_PAUSE_SECONDS
                    with suppress(Exception):  # a database that is away is no reason to hang up
                        await self._on_connected()  # what was announced meanwhile is lost
                    async for message in messages:
                        if len(message) <= _MOST_BYTES:  # whoever else writes there writes more
                            self._on_payload(message.decode("ascii", "replace"))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may work
                _log.info("redis-not-heard", error=type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _close(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        await self._link.close()

    async def _tell_all(self) -> None:
        try:
            while self._untold:
                payloads, self._untold = list(self._untold.values()), {}
                for payload in payloads:
                    await self._publish(payload)
        finally:
            self._telling = None

    async def _publish(self, payload: str) -> None:
        try:
            await self._link.ask(
                lambda redis: redis.publish(CHANNEL, payload), seconds=_PUBLISH_SECONDS
            )
        except RedisAway:
            return
