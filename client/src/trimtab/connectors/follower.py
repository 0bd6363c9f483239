"""What every connected client keeps: protocol, store and last-known-good file put together."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from trimtab.errors import TrimtabError
from trimtab.protocol import Action, Offer, Protocol
from trimtab.snapshot import Revision
from trimtab.store import Source, Store

from .last_known_good import LastKnownGood

_log = logging.getLogger("trimtab")
_FAILURES = ("fetches_failed", "streams_ended")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands; see `Status` for the words."""

    connected: bool
    head: Revision | None
    age_seconds: float | None
    last_error: str | None
    counters: dict[str, int]
    last_known_good: str | None


class Follower:
    """Feeds a protocol with what happened and does with its offers what is to be done.

    Fetching and streaming is the driver's: it asks `due` and tells `tell`. Safe from any thread.
    """

    def __init__(self, store: Store, protocol: Protocol, kept: LastKnownGood | None) -> None:
        self.store = store
        self.protocol = protocol
        self.failure: TrimtabError | None = None
        """Why the last fetch failed; None after one that did not."""
        self._kept = kept
        self._saved_at: float | None = None
        self._lost_at: float | None = None
        self._failures = 0
        self._todo: deque[Action] = deque()
        self._lock = threading.RLock()
        self.progress = threading.Condition(self._lock)
        """Notified whenever something was told."""
        self.on_progress: Callable[[], None] | None = None

    def begin(self) -> None:
        """Put the last-known-good set in force, if there is one, and start from it."""
        found = self._kept.read() if self._kept else None
        if found is None:
            self.tell(self.protocol.begin)
            return
        self._saved_at = found.saved_at
        self.store.offer(found.snapshot, Source.LAST_KNOWN_GOOD)
        self.tell(lambda now: self.protocol.begin(now, found.snapshot, found.etag))

    def tell(self, event: Callable[[float], None]) -> None:
        """Let the protocol know, put in force what it offers, then run callbacks."""
        with self._lock:
            event(time.monotonic())
            for action in self.protocol.take():
                if isinstance(action, Offer):
                    self._offer(action)
                else:
                    self._todo.append(action)
            self._say_whether_it_follows()
            self.progress.notify_all()
        self.store.tell()
        if self.on_progress is not None:
            self.on_progress()

    def due(self) -> Action | None:
        """The next thing for the driver to do, None if there is nothing at this moment."""
        if not self._todo:
            self.tell(self.protocol.tick)
        with self._lock:
            return self._todo.popleft() if self._todo else None

    @property
    def seconds_to_wait(self) -> float:
        """How long there is nothing to do, if nothing happens."""
        return min(max(0.0, self.protocol.deadline - time.monotonic()), 3600.0)

    @property
    def has_answer(self) -> bool:
        """Whether a server has confirmed what is held."""
        return self.protocol.holding.confirmed_at is not None

    @property
    def has_kept(self) -> bool:
        """Whether a last-known-good set was found at the start."""
        return self._saved_at is not None

    def reached(self, wanted: Revision) -> bool:
        """Whether the set in force contains everything up to this revision of the application."""
        in_force = self.store.state.revision
        if in_force is None:
            return False
        holding = self.protocol.holding
        if holding.held is None or in_force != holding.held.revision:
            return in_force >= wanted
        return max(in_force, holding.head or in_force) >= wanted

    def save(self, *, at_once: bool = False) -> None:
        """Write the last-known-good file, if that is due."""
        if self._kept is not None:
            self._kept.save_if_due(at_once=at_once)

    def standing(self) -> Standing:
        """How this connection stands."""
        with self._lock:
            counters = dict(self.protocol.counters)
            kept = self._kept
            if kept is not None:
                counters.update(kept.counters)
            return Standing(
                connected=self.protocol.is_live,
                head=self.protocol.holding.head,
                age_seconds=self._age(),
                last_error=self.protocol.last_error or (kept.problem if kept else None),
                counters=counters,
                last_known_good=str(kept.path) if kept else None,
            )

    def hold_for_fork(self) -> None:
        """Nothing is half done while this is held: store first changes under this lock."""
        self._lock.acquire()
        self.store.hold_for_fork()

    def release_after_fork(self) -> None:
        """In the parent."""
        self.store.release_after_fork()
        self._lock.release()

    def renew_after_fork(self) -> None:
        """In the child, where no other thread is left."""
        self.store.after_fork()
        self._lock = threading.RLock()
        self.progress = threading.Condition(self._lock)
        self._todo.clear()
        self.tell(self.protocol.begin)

    def _say_whether_it_follows(self) -> None:
        """Once when the server is lost, once when it is back; how it started is said elsewhere."""
        failures = sum(self.protocol.counters[name] for name in _FAILURES)
        if self._lost_at is None and self.has_answer and failures > self._failures:
            self._lost_at = time.monotonic()
            _log.warning("not following the server: %s", self.protocol.last_error)
        elif self._lost_at is not None and self.protocol.is_live:
            seconds, self._lost_at = time.monotonic() - self._lost_at, None
            _log.warning("following the server again, after %.1f s", seconds)
        self._failures = failures

    def _offer(self, offer: Offer) -> None:
        done = self.store.offer(
            offer.snapshot, Source.SERVER, follows=offer.follows, changed=offer.changed, tell=False
        )
        if done and self._kept is not None:
            self._kept.keep(offer.snapshot, self.protocol.holding.etag)

    def _age(self) -> float | None:
        confirmed_at = self.protocol.holding.confirmed_at
        if confirmed_at is not None:
            return time.monotonic() - confirmed_at
        return max(0.0, time.time() - self._saved_at) if self._saved_at is not None else None
