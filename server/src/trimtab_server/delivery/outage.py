"""What is answered from while the database is away and nothing is held: what other servers kept.

It is never taken for the truth: it is not among what is held, nobody watches it, no epoch begins
because of it, and it is let go of as soon as the database answers.
"""

from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.http.store_outage import is_store_outage

_MOST_BORROWED = 64


async def held_or_kept(feed: Feed, application: str) -> Held:
    """What is held of the application; in an outage, what another server kept for it.

    Raises:
        UnknownApplication
    """
    borrowed = feed.borrowed.get(application)
    if borrowed is not None and feed.is_database_away and not _is_older(feed, borrowed):
        return borrowed
    try:
        held = await feed.held(application)
    except Exception as error:
        if not is_store_outage(error):
            raise
        kept = await _find(feed, application)
        if kept is None:
            raise
        return kept
    feed.borrowed.pop(application, None)
    return held


async def _find(feed: Feed, application: str) -> Held | None:
    found = None if feed.find_kept is None else await feed.find_kept(application)
    if found is None:
        return None
    state, age = found
    held = Held(state, feed.monotonic() - age, source="lkg")
    if state.application.name != application or _is_older(feed, held):
        return None
    if len(feed.borrowed) >= _MOST_BORROWED:
        feed.borrowed.clear()
    feed.borrowed[application] = held
    return held


def _is_older(feed: Feed, held: Held) -> bool:
    """Whether this process has seen a later head."""
    seen = feed.holdings.newest_seen(held.application.name)
    return seen is not None and held.head < (seen.epoch, seen.revision)
