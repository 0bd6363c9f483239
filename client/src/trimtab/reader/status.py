"""Where a client stands: what it serves, from where, how old, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trimtab.connectors import Standing
from trimtab.snapshot import Revision
from trimtab.store import Refusal, Source, Store


@dataclass(frozen=True, slots=True)
class Status:
    """A client's state at one moment; it holds keys and reasons, never values.

    `source`: where the set in force came from; anything but `server` in a connected mode is a
    fallback. `age_seconds`: since the server (or file) last confirmed it; None without a snapshot.
    `head`: the application's newest revision known here. `faults`: key → why a candidate for it
    was refused. `shadow_mismatches`: key → how often variable and store were seen to differ.
    `counters`: what has happened so far, by name.
    """

    mode: str
    source: Source
    revision: Revision | None
    head: Revision | None
    keys: int
    age_seconds: float | None
    connected: bool
    last_error: str | None = None
    refusal: Refusal | None = None
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shadow_mismatches: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    last_known_good: str | None = None

    @property
    def is_fallback(self) -> bool:
        """Whether the set in force came from something less than was asked for."""
        return self.source in {Source.LAST_KNOWN_GOOD, Source.ENVIRONMENT, Source.DEFAULT}


def status_of(store: Store, mode: str, standing: Standing | None) -> Status:
    """The status of a client with this store; without a connection (`memory`) it is always live."""
    state = store.state
    counters = {
        "sets_refused": store.refused_count,
        "callbacks_failed": store.failed_callbacks,
        **(standing.counters if standing else {}),
    }
    return Status(
        mode=mode,
        source=state.source,
        revision=state.revision,
        head=standing.head if standing else state.revision,
        keys=len(state.values),
        age_seconds=standing.age_seconds if standing else 0.0,
        connected=standing.connected if standing else True,
        last_error=standing.last_error if standing else None,
        refusal=store.refusal,
        faults={key: it.faults for key, it in state.outcomes.items() if it.faults},
        shadow_mismatches=dict(store.shadow_mismatches),
        counters=counters,
        last_known_good=standing.last_known_good if standing else None,
    )
