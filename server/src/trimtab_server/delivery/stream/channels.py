"""The channels of this process, each following what the process holds of its application."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from trimtab_server.access.categories import Categories
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.held import Held
from trimtab_server.http.metrics import Metrics

from .channel import Channel

# A channel without readers goes on noting what changes, so that they may come back and resume.
MOST_IDLE = 64


@dataclass(frozen=True, slots=True)
class Place:
    """One environment of one application, as far as some readers may see it."""

    application: str
    environment: str
    sees: Categories


class Channels:
    """Made when the first reader comes, and kept a while after the last one has gone."""

    def __init__(self, feed: Feed, metrics: Metrics) -> None:
        self._feed = feed
        self._metrics = metrics
        self._channels: OrderedDict[Place, Channel] = OrderedDict()
        self._followed: dict[Place, Held] = {}

    async def at(self, place: Place, since: tuple[int, int] | None) -> Channel:
        """The channel of that place, when it is at least as new as what a reader holds.

        Raises:
            UnknownApplication, UnknownEnvironment
            RevisionNotAvailable: this process did not get there within two seconds.
        """
        if since is None:
            held = await self._feed.held(place.application)
        else:
            held = await self._feed.at_least(place.application, *since)
        return self._follow(place, held)

    def __iter__(self) -> Iterator[tuple[Place, Channel]]:
        return iter(list(self._channels.items()))

    def look_after(self) -> None:
        """Follow on where an application was let go of and is held anew; drop what is idle."""
        idle = []
        for place, channel in self:
            held = self._feed.holdings.peek(place.application)
            if held is not None and held is not self._followed[place]:
                self._follow(place, held)
            if not channel.subscribers:
                idle.append(place)
        for place in idle[: max(0, len(idle) - MOST_IDLE)]:
            self._drop(place)

    def _follow(self, place: Place, held: Held) -> Channel:
        channel = self._channels.get(place)
        if channel is None:
            snapshot = held.snapshot(place.environment, place.sees)
            channel = Channel(snapshot, lambda: self._head(place), self._metrics)
            held.watch(place.environment, place.sees, channel.step)
            self._channels[place], self._followed[place] = channel, held
        elif held is not self._followed[place]:
            snapshot = held.watch(place.environment, place.sees, channel.step)
            self._followed[place].unwatch(place.environment, place.sees, channel.step)
            self._followed[place] = held
            channel.goes_on_from(snapshot)
        self._channels.move_to_end(place)
        return channel

    def _head(self, place: Place) -> str:
        epoch, revision = self._followed[place].head
        return f"{epoch}.{revision}"

    def _drop(self, place: Place) -> None:
        channel, held = self._channels.pop(place), self._followed.pop(place)
        held.unwatch(place.environment, place.sees, channel.step)
