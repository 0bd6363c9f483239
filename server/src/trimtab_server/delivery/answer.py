"""What programs are answered from memory: the same for every route that answers them."""

from dataclasses import dataclass

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.scope import Scope
from trimtab_server.config.revision_wait import head_from
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.delivery.outage import held_or_kept
from trimtab_server.http.wire import read_headers


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON body and the strong entity tag that stands for it."""

    etag: str
    body: bytes


async def held_at(feed: Feed, scope: Scope, min_revision: str | None) -> Held:
    """What is held of the application, at that revision or later.

    Raises:
        UnknownApplication, RevisionNotAvailable
    """
    if min_revision is None:
        return await held_or_kept(feed, scope.application)
    return await feed.at_least(scope.application, *head_from(min_revision))


def snapshot_answer(held: Held, environment: str, sees: Categories) -> Answer:
    """The whole environment, as far as it may be seen.

    Raises:
        UnknownEnvironment
    """
    snapshot = held.snapshot(environment, sees)
    return Answer(snapshot.etag, snapshot.body)


def entity_answer(held: Held, environment: str, sees: Categories, key: str) -> Answer:
    """One key in the environment.

    Raises:
        UnknownEnvironment, UnknownKey
    """
    entity = held.entity(environment, key, sees)
    return Answer(entity.etag, entity.body)


def held_headers(held: Held, now: float) -> dict[str, str]:
    """What an answer from memory says about itself: its age is the time since the database last
    said that there is nothing newer."""
    return read_headers(*held.head, age_ms=held.age_ms(now), source=held.source)
