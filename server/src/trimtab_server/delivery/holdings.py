"""The applications that this process holds. A head never moves down within an epoch."""

import asyncio
from collections import OrderedDict

from trimtab_server.catalog.queries import Application
from trimtab_server.config.state import State
from trimtab_server.delivery.heads import follows, head_of, is_same
from trimtab_server.delivery.held import Held

MOST_APPLICATIONS = 64


class Holdings:
    """By name. `generation` counts everything that may alter an answer."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._seen: dict[str, Application] = {}
        self._moved = asyncio.Event()
        self.generation = 0

    def peek(self, name: str) -> Held | None:
        """What is held of it, if anything."""
        return self._held.get(name)

    def use(self, name: str) -> Held | None:
        """The same, and it is the last that would be let go of."""
        held = self._held.get(name)
        if held is not None:
            self._held.move_to_end(name)
        return held

    def all(self) -> dict[str, Held]:
        """Everything, by name."""
        return dict(self._held)

    def newest_seen(self, name: str) -> Application | None:
        """The newest head of it that was seen here, held or not; nothing older is taken."""
        return self._seen.get(name)

    def saw(self, head: Application) -> None:
        """A head that is true, whether or not what belongs to it is held yet."""
        seen = self._seen.get(head.name)
        if seen is None or seen.id != head.id or head_of(seen) < head_of(head):
            self._seen[head.name] = head

    def is_superseded(self, head: Application) -> bool:
        """Whether a later head was seen here already."""
        seen = self._seen.get(head.name)
        return seen is not None and seen.id == head.id and head_of(head) < head_of(seen)

    def hold(self, state: State, changed: frozenset[str] | None, confirmed_at: float) -> Held:
        """Take a state that is not superseded; `changed` are the folded keys that differ from any
        earlier state of its epoch that is held, None: nobody knows."""
        head = state.application
        held = self._held.get(head.name)
        self.saw(head)
        if held is None:
            held = self._held[head.name] = Held(state, confirmed_at)
            self._make_room()
        elif changed is not None and follows(head, held.application):
            held.advance(state, changed, confirmed_at)
        elif not is_same(head, held.application) or changed is None:
            held.replace(state, confirmed_at)
        self._moved_on()
        return held

    def drop(self, name: str) -> None:
        """There is no such application any more."""
        self._seen.pop(name, None)
        held = self._held.pop(name, None)
        if held is not None:
            held.close()
            self._moved_on()

    def next_move(self) -> asyncio.Event:
        """Set when anything moves after this call."""
        return self._moved

    def _make_room(self) -> None:
        for name in [name for name, held in self._held.items() if not held.is_watched]:
            if len(self._held) <= MOST_APPLICATIONS:
                return
            del self._held[name]

    def _moved_on(self) -> None:
        self.generation += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
