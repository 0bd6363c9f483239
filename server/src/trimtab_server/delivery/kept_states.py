"""What servers keep for each other for the time when the database is away.

Every second a server keeps what it holds newer or finds gone, and every half minute what it holds
unchanged, as long as the database confirms it. It is read only in an outage, by a server that does
not hold it.
"""

import asyncio
import time
from functools import partial

import structlog

from trimtab_server.config.state import State
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.delivery.outage import borrow
from trimtab_server.delivery.state_text import state_from_text, state_to_text
from trimtab_server.infra.redis_entries import Entry, RedisAway, RedisEntries, redis_entries
from trimtab_server.infra.redis_link import OUTAGE_SECONDS

_log = structlog.get_logger(__name__)

EACH_SECONDS = 1.0
_AGAIN_SECONDS = 30.0
_CONFIRMED_SECONDS = 5.0
_BORROW_SECONDS = 2.0


class KeptStates:
    """One per process."""

    def __init__(self, entries: RedisEntries) -> None:
        self._entries = entries
        self._kept: dict[str, tuple[tuple[int, int], float]] = {}

    async def find(self, name: str, seconds: float = OUTAGE_SECONDS) -> tuple[State, float] | None:
        """The state that is kept, and the seconds since the database confirmed it; None: a miss,
        or Redis took longer than `seconds`."""
        try:
            entry = await self._entries.get(name, seconds=seconds)
        except RedisAway:
            return None
        if entry is None:
            return None
        try:
            state, confirmed = await asyncio.to_thread(state_from_text, entry.text)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("kept-state-not-read", application=name, error=type(error).__name__)
            return None
        return state, max(0.0, time.time() - confirmed)

    async def run(self, feed: Feed) -> None:
        """Keep what the feed holds, until cancelled; then the way there is closed. A process that
        starts in an outage holds nothing: it takes what is kept before anybody asks."""
        try:
            while True:
                if feed.is_database_away and not feed.serves_reads:
                    await self._borrow(feed)
                for name, held in feed.holdings.all().items():
                    try:
                        await self._keep(name, held, feed.monotonic())
                    except RedisAway:
                        break
                    except Exception as error:  # noqa: BLE001 - the next round tries again
                        _log.warning("state-not-kept", error=type(error).__name__)
                await asyncio.sleep(EACH_SECONDS)
        finally:
            await self._entries.close()

    async def _borrow(self, feed: Feed) -> None:
        try:
            for name in await self._entries.names():
                await borrow(feed, name, partial(self.find, seconds=_BORROW_SECONDS))
        except RedisAway:
            return

    async def _keep(self, name: str, held: Held, now: float) -> None:
        head, age = held.head, now - held.confirmed_at
        kept, at = self._kept.get(name, (None, 0.0))
        if age > _CONFIRMED_SECONDS:
            return
        is_fresh = kept == head and now - at < _AGAIN_SECONDS
        if is_fresh and await self._entries.is_kept(name, head):  # it may have been emptied
            return
        text = await asyncio.to_thread(state_to_text, held.state, time.time() - age)
        await self._entries.put(name, Entry(head, text))
        self._kept[name] = (head, now)


def kept_states(url: str, key: str) -> KeptStates:
    """In that Redis, under that key."""
    return KeptStates(redis_entries(url, key))
