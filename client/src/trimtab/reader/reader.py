"""Reading: what sync and async clients have in common. No method here does any I/O."""

from collections.abc import Callable, Iterable, Mapping
from inspect import iscoroutinefunction
from typing import Any

from trimtab.errors import BadCallback, NoSuchKey
from trimtab.explain import (
    Explanation,
    InProcess,
    explain_item,
    explain_unknown,
    explain_whole,
)
from trimtab.snapshot import Revision
from trimtab.store import Handle, Store

from .frozen import Frozen


class Reader:
    """Configuration as a mapping that follows the store. Reads never block and never fail for an
    outage; for the hottest places take a `handle`."""

    __slots__ = ("__weakref__", "store")

    def __init__(self, store: Store) -> None:
        self.store = store
        """The set in force and everything that takes part in it; settings classes bind here."""

    def get(self, key: str, default: Any = None) -> Any:
        """The value in force, or `default` where there is none. A list or dict is shared: copy it
        before changing it."""
        return self.store.values.get(key, default)

    def __getitem__(self, key: str) -> Any:
        """The value in force; raises NoSuchKey (a KeyError), which says what to do."""
        try:
            return self.store.values[key]
        except KeyError:
            raise self._missing(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self.store.values

    def __repr__(self) -> str:
        state = self.store.state
        return (
            f"{type(self).__name__}({len(state.values)} keys at {state.revision}, {state.source})"
        )

    @property
    def revision(self) -> Revision | None:
        """The revision in force; None while there is no snapshot."""
        return self.store.state.revision

    def handle(self, key: str, default: Any = None) -> Handle:
        """An object whose `value` attribute follows the key: as fast to read as any attribute."""
        return self.store.handle(key, default)

    def on_change(self, key: str | None, callback: Callable[..., object]) -> Callable[[], None]:
        """Call `callback(old, new)` when the value of `key` in force has changed; for None,
        `callback({key: (old, new), ...})` once a set. Gives what unregisters it.

        Callbacks run one after the other after everything is swapped; an error in one is logged,
        counted and given to `on_error`, and reaches no other.
        """
        return self.store.on_change(key, self.callback(callback))

    def callback(self, callback: Callable[..., object]) -> Callable[..., object]:
        """What is called for a callback of the program: here, itself.

        Raises:
            BadCallback: it is a coroutine function, which nothing here would await.
        """
        if iscoroutinefunction(callback):
            raise BadCallback
        return callback

    def frozen(self) -> Frozen:
        """One consistent set, for a request or a job: later changes do not reach it."""
        return Frozen(self.store.state)

    def _explained(self, key: str, rows: Iterable[Mapping[str, Any]] | None) -> Explanation:
        """The explanation of a key; `rows` is the server's chain, if it told it."""
        state, item = self.store.state, self.store.item(key)
        outcome = self.store.outcome(key)
        here = InProcess(
            is_set=key in self.store.process,
            value=outcome.value if outcome else None,
            winner=outcome.winner.value if outcome and outcome.winner else None,
            process_fault=outcome.process_fault if outcome else None,
            store_fault=outcome.store_fault if outcome else None,
            unchecked=outcome.unchecked if outcome else (),
        )
        environment = state.snapshot.environment if state.snapshot else None
        if item is None or environment is None:
            return explain_unknown(key, environment, here)
        if rows is None:
            return explain_item(item, environment, here)
        return explain_whole(item, environment, rows, here)

    def _missing(self, key: str) -> NoSuchKey:
        outcome = self.store.outcome(key)
        if outcome is not None and outcome.faults:
            return NoSuchKey(key, "; ".join(outcome.faults) + ".")
        state = self.store.state
        if outcome is not None:
            reason = f"its source policy leaves it to the variable {key}, which is not set here."
        elif state.snapshot is None:
            reason = (
                f"no server answered and nothing was kept (source: {state.source}). "
                "Give a default with get(), or declare the key so that the environment may give it."
            )
        else:
            reason = (
                f"application {state.snapshot.application}, environment "
                f"{state.snapshot.environment} has no such setting that this token may read. "
                f"`trimtab set {key} ...` makes one; get() takes a default."
            )
        return NoSuchKey(key, reason)
