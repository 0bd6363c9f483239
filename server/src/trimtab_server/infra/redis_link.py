"""The way to Redis: every question has a budget, and one that is away is not asked for a while.

Needs the extra `redis`; only imported when `TRIMTAB_REDIS_URL` is set. Redis is a convenience:
whoever asks must go on without an answer (`RedisAway`), and nothing may be wrong without it.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

BUDGET_SECONDS = 0.05
# In an outage of the database, where the only other answer is none.
OUTAGE_SECONDS = 0.25
# Connecting from nothing costs several round trips; it is only waited for in the background.
SUBSCRIBE_SECONDS = 2.0
_FAILURES_TO_OPEN = 3
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_CONNECTIONS = 16

Answer = TypeVar("Answer")


class RedisAway(Exception):
    """Redis did not answer within the budget, or is not being asked because it lately did not."""


class Breaker:
    """Closed: ask. Open: do not, until the pause is over. Then one may try, and its answer decides.

    Pauses double from half a second to fifteen, each with jitter.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._pause = _SHORTEST_PAUSE
        self._open_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the last that is known is that nobody answers."""
        return self._open_until is not None

    def may_ask(self) -> bool:
        """Whether to try now; the first to be told yes after a pause holds the others back."""
        if self._open_until is None:
            return True
        if self._monotonic() < self._open_until:
            return False
        self._open_until = self._monotonic() + self._pause
        return True

    def succeeded(self) -> None:
        """It answers."""
        self._failures, self._pause, self._open_until = 0, _SHORTEST_PAUSE, None

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        if self._failures >= _FAILURES_TO_OPEN or self._open_until is not None:
            jittered = self._pause * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
            self._open_until = self._monotonic() + jittered
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)


class RedisLink:
    """One per process: a few connections, one budget, one breaker."""

    def __init__(
        self,
        url: str,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget_seconds = budget_seconds
        self._redis = _client(url)
        self.breaker = Breaker(monotonic)
        self.failures = 0

    async def ask(
        self, work: Callable[["Redis"], Awaitable[Answer]], *, seconds: float | None = None
    ) -> Answer:
        """What `work` answers, within the budget (or `seconds`, in the background).

        Raises:
            RedisAway: it did not, or was not asked. Whether it was carried out is not known.
        """
        if not self.breaker.may_ask():
            raise RedisAway
        try:
            async with asyncio.timeout(seconds or self._budget_seconds):
                answer = await work(self._redis)
        except (RedisError, OSError, TimeoutError):
            self.failures += 1
            self.breaker.failed()
            raise RedisAway from None
        self.breaker.succeeded()
        return answer

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator["AsyncIterator[bytes]"]:
        """What is published on the channel from here on, over a connection of its own.

        Pub/sub forgets what is published while nobody listens: whoever enters here has to look at
        the truth once, and again after every `RedisAway`.

        Raises:
            RedisAway: it does not answer, or no longer.
        """
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            try:
                async with asyncio.timeout(SUBSCRIBE_SECONDS):
                    await pubsub.subscribe(channel)
            except (RedisError, OSError, TimeoutError):
                raise RedisAway from None
            yield _messages(pubsub)
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py says nothing

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()


def _client(url: str) -> "Redis":
    """No retries: the budget is for one try. RESP2: no handshake that a Valkey would refuse."""
    client: Redis = Redis.from_url(
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        max_connections=_CONNECTIONS,
        socket_connect_timeout=SUBSCRIBE_SECONDS,
        socket_timeout=None,
        client_name="trimtab",
    )
    return client


async def _messages(pubsub: Any) -> AsyncIterator[bytes]:
    while True:
        try:
            message = await pubsub.get_message(timeout=None)
        except (RedisError, OSError, TimeoutError):
            raise RedisAway from None
        if message is not None and message["type"] == "message":
            yield message["data"]
