"""The audiences of this process, each following what the process holds of its application."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from trimtab_server.access.categories import Categories
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.http.metrics import Metrics

from .audience import Audience

# An audience without readers goes on noting what changes, so that they may come back and resume.
MOST_IDLE = 64


@dataclass(frozen=True, slots=True)
class Place:
    """One environment of one application, as far as some readers may see it."""

    application: str
    environment: str
    sees: Categories


class Audiences:
    """Made when the first reader comes, and kept a while after the last one has gone."""

    def __init__(self, feed: Feed, metrics: Metrics) -> None:
        self._feed = feed
        self._metrics = metrics
        self._audiences: OrderedDict[Place, Audience] = OrderedDict()
        self._followed: dict[Place, Held] = {}

    async def at(self, place: Place, since: tuple[int, int] | None) -> Audience:
        """The audience of that place, when it is at least as new as what a reader holds.

        Raises:
            UnknownApplication, UnknownEnvironment
            RevisionNotAvailable: this process did not get there within two seconds.
        """
        if since is None:
            held = await self._feed.held(place.application)
        else:
            held = await self._feed.at_least(place.application, *since)
        return self._follow(place, held)

    def __iter__(self) -> Iterator[tuple[Place, Audience]]:
        return iter(list(self._audiences.items()))

    def look_after(self) -> None:
        """Follow on where an application was let go of and is held anew; drop what is idle."""
        idle = []
        for place, audience in self:
            held = self._feed.holdings.peek(place.application)
            if held is not None and held is not self._followed[place]:
                self._follow(place, held)
            if not audience.subscribers:
                idle.append(place)
        for place in idle[: max(0, len(idle) - MOST_IDLE)]:
            self._drop(place)

    def _follow(self, place: Place, held: Held) -> Audience:
        audience = self._audiences.get(place)
        if audience is None:
            snapshot = held.snapshot(place.environment, place.sees)
            audience = Audience(snapshot, lambda: self._head(place), self._metrics)
            held.watch(place.environment, place.sees, audience.step)
            self._audiences[place], self._followed[place] = audience, held
        elif held is not self._followed[place]:
            snapshot = held.watch(place.environment, place.sees, audience.step)
            self._followed[place].unwatch(place.environment, place.sees, audience.step)
            self._followed[place] = held
            audience.goes_on_from(snapshot)
        self._audiences.move_to_end(place)
        return audience

    def _head(self, place: Place) -> str:
        epoch, revision = self._followed[place].head
        return f"{epoch}.{revision}"

    def _drop(self, place: Place) -> None:
        audience, held = self._audiences.pop(place), self._followed.pop(place)
        held.unwatch(place.environment, place.sees, audience.step)
