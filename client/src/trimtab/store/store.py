"""The one place where a process keeps its configuration, and through which every set must go."""

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from weakref import WeakSet

from trimtab.snapshot import Item, Snapshot
from trimtab.value_types import Value, ValueType

from .assembly import Assembly
from .binding import Binding, Prepared, Rejected
from .everywhere import EVERYWHERE
from .handle import Handle
from .listeners import Listeners
from .references import Resolver
from .resolve import Outcome, Surroundings, Winner
from .state import Change, Refusal, Source, State, changes_between, changes_of

_log = logging.getLogger("trimtab")
Changes = dict[str, Change]


class Store:
    """Holds the set in force and swaps in the next one whole, or not at all.

    Reading: `values` (a dict: key → value in force) and `state` (the same with snapshot, source
    and how each key was resolved) are attributes; keep the reference to have one consistent set.
    Neither may be written to. `outcome(key)` says what became of one key.

    Feeding: a connector calls `offer(snapshot, source)`. The new set is resolved against this
    process (source policies, references, overrides), every binding must agree, then `state`,
    `values`, all handles and all bindings are swapped under one lock, then callbacks run. A set
    that is refused leaves everything as it was; it is counted in `refused_count`, kept in
    `refusal` and logged.

    Taking part: `bind` a settings class, `handle` a key, `on_change` a callback, `override` values
    for a test. All methods may be called from any thread.
    """

    def __init__(
        self,
        *,
        process: Mapping[str, str] | None = None,
        schemes: Mapping[str, Resolver] | None = None,
        declared: Mapping[str, ValueType] | None = None,
        on_error: Callable[[Exception], object] | None = None,
    ) -> None:
        """`process` stands for os.environ; `declared` are keys (with types) which the process
        environment may give while no snapshot knows them."""
        around = Surroundings(os.environ if process is None else process, schemes or {})
        self._assembly = Assembly(around, declared or {})
        self.process = around.process
        """The process environment that policies `env` and `shadow` read."""
        self._listeners = Listeners(on_error)
        self._bindings: list[Binding] = []
        self._handles: dict[str, WeakSet[Handle]] = {}
        self._overrides: list[Mapping[str, Value]] = []
        self._lock = threading.RLock()
        self.refusal: Refusal | None = None
        self.refused_count = 0
        self.shadow_mismatches: dict[str, int] = {}
        self._base = self._assembly.without_snapshot()
        self.state = self._with_overrides(self._base)
        EVERYWHERE.join(self)
        self.values: dict[str, Value] = self.state.values

    @property
    def failed_callbacks(self) -> int:
        """How many calls of callbacks ended in an error."""
        return self._listeners.failed

    def callback_failed(self, error: Exception) -> None:
        """A callback that went on by itself ended in this error: count, log and report it."""
        self._listeners.callback_failed(error)

    def offer(
        self,
        snapshot: Snapshot,
        source: Source,
        *,
        follows: Snapshot | None = None,
        changed: Collection[str] = (),
        tell: bool = True,
    ) -> bool:
        """Put `snapshot` in force if everybody agrees; says whether it is.

        Where it came out of `follows` by a delta, `changed` are the delta's keys: then the rest
        need not be compared. With `tell=False` callbacks wait until `tell` is called, which a
        caller does who holds a lock of its own.
        """
        with self._lock:
            old = self._base
            if old.snapshot is None or follows is not old.snapshot:
                base = self._assembly.whole(snapshot, source, old)
                done = self._swap(base, None)
            else:
                base = self._assembly.advanced(snapshot, source, old, changed)
                done = self._swap(base, changed)
        if tell:
            self.tell()
        return done

    def tell(self) -> None:
        """Run the callbacks that wait."""
        self._listeners.run()

    def bind(self, binding: Binding) -> Callable[[], None]:
        """Let a settings class take part; it is prepared and swapped with the set in force at once.

        Gives what unregisters it. The store holds it strongly. Raises what `prepare` raises.
        """
        with self._lock:
            binding.prepare(self.state, {}).swap()
            self._bindings.append(binding)
        return lambda: self._unbind(binding)

    def handle(self, key: str, default: Any = None) -> Handle:
        """An object whose `value` follows the key."""
        with self._lock:
            handle = Handle(key, default, self.values)
            self._handles.setdefault(key, WeakSet()).add(handle)
        return handle

    def on_change(self, key: str | None, callback: Callable[..., object]) -> Callable[[], None]:
        """Call `callback(old, new)` when the key's value in force changes; for None,
        `callback({key: (old, new), ...})` once for each set. Gives what unregisters it."""
        return self._listeners.add(key, callback)

    @contextmanager
    def override(self, values: Mapping[str, Value]) -> Iterator[None]:
        """Put values on top of everything, for a test; taken off in whatever order.

        Bindings validate them: raises Rejected (or what `prepare` raises) and changes nothing.
        """
        layer = dict(values)
        self._change_overrides(lambda: self._overrides.append(layer), lambda: self._drop(layer))
        try:
            yield
        finally:
            self._change_overrides(lambda: self._drop(layer), None)

    def apply_overrides(self, *, strictly: bool) -> None:
        """Put what lies on top of this store now in force; `strictly`: raise if it is refused."""
        self._change_overrides(_nothing, _nothing if strictly else None)

    def item(self, key: str) -> Item | None:
        """What the snapshot in force says of a key."""
        snapshot = self.state.snapshot
        return snapshot.items.get(key) if snapshot else None

    def outcome(self, key: str) -> Outcome | None:
        """What became of a key in force: value, winner, refused candidates; None if unknown."""
        state = self.state
        if key in state.overridden:
            return Outcome(state.values[key], Winner.OVERRIDE)
        if (found := state.outcomes.get(key)) is not None:
            return found
        item = self.item(key)
        if item is None:
            return None
        return Outcome(item.value, None if item.value is None else Winner.STORE)

    def refresh(self) -> None:
        """Resolve the set in force again: variables and references may have changed."""
        with self._lock:
            old = self._base
            new = (
                self._assembly.whole(old.snapshot, old.source, old)
                if old.snapshot
                else self._assembly.without_snapshot()
            )
            self._swap(replace(new, received_at=old.received_at), None)
        self._listeners.run()

    def hold_for_fork(self) -> None:
        """Wait until no set is half in force, and keep it so until one of the next two."""
        self._lock.acquire()

    def release_after_fork(self) -> None:
        """In the parent of a fork."""
        self._lock.release()

    def after_fork(self) -> None:
        """Renew every lock; called in the child of a fork, before anything else."""
        self._lock = threading.RLock()
        self._listeners.renew()

    # --- putting it in force ---------------------------------------------------------------

    def _swap(self, base: State, changed: Collection[str] | None) -> bool:
        new = self._with_overrides(base)
        changes = (
            changes_between(self.state, new)
            if changed is None or new.overridden
            else changes_of(changed, self.state.values, new.values)
        )
        try:
            prepared = self._prepare(new, changes)
        except _Refused as refused:
            self._refuse(base, refused)
            return False
        self._count_mismatches(base)
        self._base = base
        self._put_in_force(new, changes, prepared)
        return True

    def _prepare(self, new: State, changes: Changes) -> list[Prepared]:
        prepared = []
        for binding in self._bindings:
            try:
                prepared.append(binding.prepare(new, changes))
            except Exception as error:
                raise _Refused(binding.name, error) from error
        return prepared

    def _put_in_force(self, new: State, changes: Changes, prepared: list[Prepared]) -> None:
        self.state = new
        self.values = new.values
        for key in changes:
            for handle in self._handles.get(key, ()):
                handle.value = new.values.get(key, handle.default)
        for one in prepared:
            one.swap()
        self._listeners.post(changes)
        for one in prepared:
            self._listeners.post_call(one.notify)

    def _refuse(self, base: State, refused: "_Refused") -> None:
        self.refused_count += 1
        if base.revision is not None:
            self.refusal = Refusal(base.revision, refused.by, refused.reason)
        _log.error(
            "revision %s is not used: %s refuses it (%s)", base.revision, refused.by, refused.reason
        )
        self._listeners.post_call(lambda: self._listeners.report(refused.error))

    def _count_mismatches(self, base: State) -> None:
        for key, outcome in base.outcomes.items():
            known = self._base.outcomes.get(key)
            if outcome.differs and outcome != known:
                self.shadow_mismatches[key] = self.shadow_mismatches.get(key, 0) + 1
                _log.warning("%s: the process environment and the store differ (shadow)", key)
            if outcome != known and (known is None or outcome.faults != known.faults):
                for fault in outcome.faults:
                    _log.error("%s", fault)

    # --- overrides -------------------------------------------------------------------------

    def _with_overrides(self, base: State) -> State:
        layers = (*EVERYWHERE.layers, *self._overrides)
        if not layers:
            return base
        over = {key: value for layer in layers for key, value in layer.items()}
        return replace(base, values={**base.values, **over}, overridden=frozenset(over))

    def _change_overrides(self, do: Callable[[], None], undo: Callable[[], None] | None) -> None:
        with self._lock:
            do()
            new = self._with_overrides(self._base)
            changes = changes_between(self.state, new)
            try:
                prepared = self._prepare(new, changes)
            except _Refused as refused:
                if undo is not None:
                    undo()
                    raise refused.error from None
                prepared = []  # never expected: the set without it was in force before
            self._put_in_force(new, changes, prepared)
        self._listeners.run()

    def _drop(self, layer: Mapping[str, Value]) -> None:
        self._overrides = [it for it in self._overrides if it is not layer]

    def _unbind(self, binding: Binding) -> None:
        with self._lock:
            self._bindings = [it for it in self._bindings if it is not binding]


class _Refused(Exception):
    def __init__(self, by: str, error: Exception) -> None:
        self.by = by
        self.error = error
        self.reason = error.reason if isinstance(error, Rejected) else type(error).__name__


def _nothing() -> None:
    """No change of this store's own layers."""
