"""One application as this process holds it: the state at one revision, and what was made of it.

Nothing here waits or reads: a new state is put in as a whole, between two steps of the event loop,
so every answer is of one revision. What readers get is made when one asks (`snapshot`, `entity`)
and kept; a change makes again only what it changed. Watchers (the stream) are told at once.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.queries import Application
from trimtab_server.config.entity import show
from trimtab_server.config.read import check_environment, find_setting
from trimtab_server.config.state import SettingState, State
from trimtab_server.delivery.item import Item
from trimtab_server.delivery.snapshot import (
    Snapshot,
    build_snapshot,
    changed_items,
    next_snapshot,
)
from trimtab_server.http.wire import rendered
from trimtab_server.kernel.keys import fold_key

_MOST_PLACES = 256
_MOST_ENTITIES = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """From one snapshot of a place to the next.

    `items` are those that differ, by key, None for one that is gone; empty where a revision
    touched nothing that these readers see. `items` is None where nothing can be said but "begin
    anew": another epoch. `after` is None where there is no such environment any more.
    """

    before: Snapshot
    after: Snapshot | None
    items: Mapping[str, Item | None] | None


Watcher = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class EntityReply:
    """One key's entity as it is sent, and its tag."""

    category: str
    etag: str
    body: bytes


@dataclass(slots=True)
class _Place:
    """One environment for one set of readers; `changed` is what its snapshot does not know yet."""

    environment: str
    sees: Categories
    snapshot: Snapshot
    changed: set[str] = field(default_factory=set)
    is_whole_due: bool = False
    watchers: list[Watcher] = field(default_factory=list)


class Held:
    """See the module. `confirmed_at` is when the database last said that this is the newest."""

    def __init__(self, state: State, confirmed_at: float, *, source: str = "snapshot") -> None:
        self.state = state
        self.confirmed_at = confirmed_at
        self.source = source
        self._places: OrderedDict[tuple[str, Categories], _Place] = OrderedDict()
        self._entities: dict[tuple[str, str], EntityReply] = {}

    @property
    def application(self) -> Application:
        """The application with its head."""
        return self.state.application

    @property
    def head(self) -> tuple[int, int]:
        """Epoch and revision: the order of everything that is held."""
        return self.state.application.epoch, self.state.application.revision

    def age_ms(self, now: float) -> int:
        """Milliseconds since the database last said that there is nothing newer."""
        return max(0, round((now - self.confirmed_at) * 1000))

    @property
    def is_watched(self) -> bool:
        """Whether anybody waits for the next change."""
        return any(place.watchers for place in self._places.values())

    def snapshot(self, environment: str, sees: Categories) -> Snapshot:
        """The environment as these readers may see it.

        Raises:
            UnknownEnvironment
        """
        place = self._places.get((environment, sees)) or self._new_place(environment, sees)
        if place.is_whole_due or place.changed or place.snapshot.touched != self._touched(place):
            self._step(place)
        return place.snapshot

    def entity(self, environment: str, key: str, sees: Categories) -> EntityReply:
        """The key's entity, resolved in the environment.

        Raises:
            UnknownEnvironment, UnknownKey
        """
        found = self._entities.get((environment, key))
        if found is None or found.category not in sees:
            check_environment(self.state.environments, environment)
            found = self._render_entity(environment, key, sees)
        return found

    def watch(self, environment: str, sees: Categories, watcher: Watcher) -> Snapshot:
        """Call `watcher` at every step from here on; gives the snapshot that steps begin from.

        Raises:
            UnknownEnvironment
        """
        snapshot = self.snapshot(environment, sees)
        self._places[(environment, sees)].watchers.append(watcher)
        return snapshot

    def unwatch(self, environment: str, sees: Categories, watcher: Watcher) -> None:
        """The end of `watch`; of one that has ended already, nothing."""
        place = self._places.get((environment, sees))
        if place is not None and watcher in place.watchers:
            place.watchers.remove(watcher)

    def advance(self, state: State, changed: frozenset[str], confirmed_at: float) -> None:
        """A later state of the same epoch, and the folded keys whose settings differ."""
        before = self._put(state, confirmed_at)
        for folded in changed:
            for key in {one.key for one in (before.get(folded), state.settings.get(folded)) if one}:
                for environment in state.environments:
                    self._entities.pop((environment, key), None)
        for place in self._places.values():
            if place.snapshot.touched != self._touched(place):
                place.changed |= changed
        self._tell()

    def replace(self, state: State, confirmed_at: float) -> None:
        """Another state altogether."""
        self._put(state, confirmed_at)
        self._entities.clear()
        for place in self._places.values():
            place.is_whole_due = True
        self._tell()

    def confirm(self, at: float) -> None:
        """The database said at `at` that this is the newest."""
        self.confirmed_at = max(self.confirmed_at, at)

    def close(self) -> None:
        """There is no such application any more: every watcher is told, and nobody watches."""
        places, self._places = list(self._places.values()), OrderedDict()
        for place in places:
            for watcher in list(place.watchers):
                watcher(Step(place.snapshot, None, None))

    def _put(self, state: State, confirmed_at: float) -> Mapping[str, SettingState]:
        before, self.state = self.state.settings, state
        self.confirm(confirmed_at)
        return before

    def _new_place(self, environment: str, sees: Categories) -> _Place:
        check_environment(self.state.environments, environment)
        place = _Place(environment, sees, build_snapshot(self.state, environment, sees))
        self._places[(environment, sees)] = place
        if len(self._places) > _MOST_PLACES:
            idle = [
                key for key, one in self._places.items() if one is not place and not one.watchers
            ]
            for key in idle[:1]:
                del self._places[key]
        return place

    def _touched(self, place: _Place) -> int:
        return self.state.environments[place.environment].touched_revision

    def _tell(self) -> None:
        """Bring watched places up; the others wait for their next reader."""
        for key, place in list(self._places.items()):
            before = place.snapshot
            if place.environment not in self.state.environments:
                del self._places[key]
                told = Step(before, None, None)
            elif place.watchers:
                told = self._step(place)
            else:
                continue
            if told.after is not before:
                for watcher in list(place.watchers):
                    watcher(told)

    def _step(self, place: _Place) -> Step:
        """Bring the place's snapshot up to the state."""
        before, environment = place.snapshot, place.environment
        items: dict[str, Item | None] | None
        if place.is_whole_due:
            after = build_snapshot(self.state, environment, place.sees)
            items = _differing(before, after) if before.epoch == after.epoch else None
        elif place.changed or before.touched != self._touched(place):
            changed = changed_items(self.state, environment, place.sees, place.changed)
            after, items = next_snapshot(before, self._touched(place), changed)
        else:
            return Step(before, before, {})
        place.snapshot, place.is_whole_due, place.changed = after, False, set()
        return Step(before, after, items)

    def _render_entity(self, environment: str, key: str, sees: Categories) -> EntityReply:
        setting = self.state.settings.get(fold_key(key))
        seen = {} if setting is None else {fold_key(key): setting}
        state = State(self.state.application, self.state.environments, seen).only(sees)
        found = find_setting(state, key)
        shown = show(state, found, environment)
        reply = EntityReply(found.definition.category, shown.etag, rendered(shown.entity))
        if len(self._entities) >= _MOST_ENTITIES:
            self._entities.clear()
        self._entities[(environment, key)] = reply
        return reply


def _differing(before: Snapshot, after: Snapshot) -> dict[str, Item | None]:
    gone: dict[str, Item | None] = {key: None for key in before.items if key not in after.items}
    return gone | {key: item for key, item in after.items.items() if item != before.items.get(key)}
