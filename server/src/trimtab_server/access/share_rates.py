"""Rate limits that several servers share, by way of Redis, without any request waiting for it.

Once a second each process tells what it counted and learns what the others did. Totals only grow,
and expire when nobody counts: no clock is compared with another. Redis away: each for itself.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from trimtab_server.infra.redis_link import RedisAway, RedisLink

from .rate_limits import RateLimits

EACH_SECONDS = 1.0
_WITHIN_SECONDS = 0.5
_KEPT_SECONDS = 60
_MOST_KNOWN = 20_000


def share_rates(limits: RateLimits, redis_url: str) -> asyncio.Task[None]:
    """Begin to share these limits with the other servers at that Redis; cancel it to end."""
    return asyncio.create_task(SharedRates(limits, RedisLink(redis_url)).keep_sharing())


class SharedRates:
    """One per process, beside its `RateLimits`."""

    def __init__(self, limits: RateLimits, link: RedisLink) -> None:
        self._limits = limits
        self._link = link
        self._totals: OrderedDict[str, int] = OrderedDict()
        limits.is_shared = True

    async def keep_sharing(self) -> None:
        """Until it is cancelled; then the way to Redis is closed."""
        try:
            while True:
                await asyncio.sleep(EACH_SECONDS)
                with suppress(RedisAway):
                    await self.exchange()
        finally:
            await self._link.close()

    async def exchange(self) -> None:
        """Tell and learn, once.

        Raises:
            RedisAway: it does not answer; what was to be told is forgotten.
        """
        spent = self._limits.spent()
        if not spent:
            return
        names = [_name(kind, who) for (kind, who), _ in spent]
        counts = [count for _, count in spent]
        totals = await self._link.ask(
            lambda redis: _added(redis, names, counts), seconds=_WITHIN_SECONDS
        )
        for name, ((kind, who), count), total in zip(names, spent, totals, strict=True):
            elsewhere = total - count - self._totals.get(name, total - count)
            self._remember(name, total)
            if elsewhere > 0:
                self._limits.spent_elsewhere(kind, who, elsewhere)

    def _remember(self, name: str, total: int) -> None:
        self._totals[name] = total
        self._totals.move_to_end(name)
        if len(self._totals) > _MOST_KNOWN:
            self._totals.popitem(last=False)


async def _added(redis: Any, names: Sequence[str], counts: Sequence[int]) -> list[int]:
    """The totals after adding these; in one round trip."""
    async with redis.pipeline(transaction=False) as pipeline:
        for name, count in zip(names, counts, strict=True):
            pipeline.incrby(name, count)
        for name in names:
            pipeline.expire(name, _KEPT_SECONDS)
        answers = await pipeline.execute()
    return [int(answer) for answer in answers[: len(names)]]


def _name(kind: str, who: str) -> str:
    """No token's id stands in Redis, and no address in plain text."""
    digest = hashlib.blake2b(f"{kind}:{who}".encode(), digest_size=12).hexdigest()
    return f"trimtab:rate:{digest}"
