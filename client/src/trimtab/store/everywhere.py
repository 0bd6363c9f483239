"""Values on top of every store of the process, of those that are yet to be made, too: for tests."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol
from weakref import WeakSet

from trimtab.snapshot import Item
from trimtab.value_types import Value


class Overridable(Protocol):
    """What a store does for this."""

    def apply_overrides(self, *, strictly: bool) -> None:
        """Put what lies on top now in force; `strictly`: raise if a binding refuses it."""

    def item(self, key: str) -> Item | None:
        """What the snapshot in force says of a key."""


class Everywhere:
    """The layers, the later above the earlier, and the stores under them."""

    def __init__(self) -> None:
        self.layers: tuple[Mapping[str, Value], ...] = ()
        self._stores: WeakSet[Overridable] = WeakSet()
        self.renew()

    def renew(self) -> None:
        """A new lock: after a fork the old one may be held by a thread that is not there."""
        self._lock = threading.RLock()

    def join(self, store: Overridable) -> None:
        """From now on the layers lie on this store."""
        with self._lock:
            self._stores.add(store)

    def items(self, key: str) -> tuple[Item, ...]:
        """What the stores say of a key."""
        with self._lock:
            found = [store.item(key) for store in self._stores]
        return tuple(item for item in found if item is not None)

    @contextmanager
    def override(self, values: Mapping[str, Value]) -> Iterator[None]:
        """Put values on top of every store; raises what a binding raises, and changes nothing."""
        layer = dict(values)
        try:
            self._change((*self.layers, layer), strictly=True)
            yield
        finally:
            self._change(tuple(it for it in self.layers if it is not layer), strictly=False)

    def _change(self, layers: tuple[Mapping[str, Value], ...], *, strictly: bool) -> None:
        with self._lock:
            self.layers = layers
            for store in list(self._stores):
                store.apply_overrides(strictly=strictly)


EVERYWHERE = Everywhere()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=EVERYWHERE.renew)
