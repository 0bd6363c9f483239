"""What is answered from while the database is away and nothing is held: what other servers kept.

It is never taken for the truth: it is not among what is held, nobody watches it, and it is let go
of as soon as the database answers.
"""

import asyncio

from trimtab_server.delivery.feed import Feed, FindKept
from trimtab_server.delivery.held import Held
from trimtab_server.http.store_outage import is_store_outage

_MOST_BORROWED = 64
# As long as a reader waits for a database that may hang, where there is something else.
PATIENCE_SECONDS = 0.5


async def held_or_kept(feed: Feed, application: str) -> Held:
    """What is held of the application; in an outage, what another server kept for it.

    A database that takes longer than a moment is away as long as nothing else is known.

    Raises:
        UnknownApplication
    """
    held = feed.holdings.use(application)
    if held is not None or feed.find_kept is None:
        return held or await feed.held(application)
    borrowed = feed.borrowed.get(application)
    if borrowed is not None and feed.is_database_away and not _is_older(feed, borrowed):
        return borrowed
    reading = asyncio.create_task(feed.held(application))
    reading.add_done_callback(_look_at)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.shield(reading)
    except Exception as error:
        if not is_store_outage(error):
            raise
        feed.is_database_away = True
    return await borrow(feed, application, feed.find_kept) or await reading


async def borrow(feed: Feed, application: str, find: FindKept) -> Held | None:
    """Answer from what others kept of it, from now until the database answers; None: nothing is
    found, or not what this process may serve."""
    found = await find(application)
    if found is None:
        return None
    state, age = found
    held = Held(state, feed.monotonic() - age, source="lkg")
    if state.application.name != application or _is_older(feed, held):
        return None
    if len(feed.borrowed) >= _MOST_BORROWED:
        feed.borrowed.clear()
    # It was true, so it counts: a database that comes back with less gets a new epoch.
    feed.holdings.saw(state.application)
    feed.borrowed[application] = held
    return held


def _is_older(feed: Feed, held: Held) -> bool:
    """Whether this process has seen a later head."""
    seen = feed.holdings.newest_seen(held.application.name)
    return seen is not None and held.head < (seen.epoch, seen.revision)


def _look_at(task: "asyncio.Task[Held]") -> None:
    """A failure that nobody waits for any more is nobody's."""
    if not task.cancelled():
        task.exception()
