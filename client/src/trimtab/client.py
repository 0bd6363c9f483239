"""The synchronous client."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from trimtab.connectors import MemoryConnector
from trimtab.errors import TrimtabError
from trimtab.reader import Reader, Status
from trimtab.store import Resolver, Store
from trimtab.value_types import Value, ValueType


class Client(Reader):
    """A program's live configuration; also a context manager, which closes it."""

    __slots__ = ("_mode", "memory")

    def __init__(self, store: Store, *, values: Mapping[str, Value] | None = None) -> None:
        super().__init__(store)
        self._mode = "memory"
        self.memory = MemoryConnector(store, values)
        """In mode `memory`: `memory.set({...})` puts the next revision in force."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop following; values stay readable as they are."""

    def status(self) -> Status:
        """Where this client stands."""
        state = self.store.state
        return Status(
            mode=self._mode,
            source=state.source,
            revision=state.revision,
            head=state.revision,
            keys=len(state.values),
            age_seconds=time.monotonic() - state.received_at if state.snapshot else None,
            connected=True,
            refusal=self.store.refusal,
            faults={key: it.faults for key, it in state.outcomes.items() if it.faults},
            shadow_mismatches=dict(self.store.shadow_mismatches),
            counters={
                "sets_refused": self.store.refused_count,
                "callbacks_failed": self.store.failed_callbacks,
            },
        )


def connect(
    *,
    mode: str = "memory",
    values: Mapping[str, Value] | None = None,
    declare: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    schemes: Mapping[str, Resolver] | None = None,
    on_error: Callable[[Exception], object] | None = None,
    **_: Any,
) -> Client:
    """A client in mode `memory`, holding `values`."""
    if mode != "memory":
        raise TrimtabError(f"There is no mode {mode!r} here.")
    declared = {key: ValueType(kind) for key, kind in (declare or {}).items()}
    store = Store(process=environ, schemes=schemes, declared=declared, on_error=on_error)
    return Client(store, values=values)
