"""How a reader follows a server: a machine of time and events in, actions out. No I/O.

First the whole, then the stream from there; whatever does not fit is answered by fetching the
whole, which replaces what is held. One machine serves the sync and the async client.
"""

import random as _random
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto
from math import inf

from trimtab.errors import BadSnapshot
from trimtab.snapshot import Delta, Revision, Snapshot

from .actions import Action, Close, Fetch, Open
from .backoff import Backoff
from .events import EPOCH, SHUTDOWN, Bookmark, Reset, read_event
from .holding import Holding
from .pace import Pace
from .pending import Pending


class _Stream(Enum):
    CLOSED = auto()
    OPENING = auto()
    OPEN = auto()


class Protocol:
    """One reader of one environment. Times are seconds of a monotonic clock.

    Tell it what happened; each call may leave actions, which `take` hands over in order. Call
    `tick` no later than `deadline`. `holding.held` is the newest valid set received: never older
    than one before it, by epoch and then by number, and never a mixture of two.
    """

    def __init__(
        self,
        *,
        streaming: bool,
        environment: str | None = None,
        pace: Pace | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.last_error: str | None = None
        self.counters: Counter[str] = Counter()
        self._streaming = streaming
        self._environment = environment
        self._pace = pace or Pace()
        self._random = random
        self._fetch_backoff = Backoff(random)
        self._repair_backoff = Backoff(random)
        self._open_backoff = Backoff(random)
        self._out: list[Action] = []
        self.holding = Holding(self._out.append, self.counters)
        self._pending = Pending()
        self._stream = _Stream.CLOSED
        self._has_no_stream = False
        self._needs_whole = False
        self._fetching = False
        self._fetch_at = inf
        self._open_at = inf
        self._silent_at = inf

    # --- for the driver --------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether changes arrive as they are made: an open stream, or polls that succeed."""
        if self._streaming and not self._has_no_stream:
            return self._stream is _Stream.OPEN
        return self.holding.confirmed_at is not None and self.last_error is None

    @property
    def deadline(self) -> float:
        """When `tick` is to be called at the latest."""
        fetch_at = inf if self._fetching else self._fetch_at
        return min(fetch_at, self._open_at, self._silent_at)

    def take(self) -> list[Action]:
        """The actions since the last call."""
        taken = self._out[:]
        self._out.clear()
        return taken

    def begin(self, now: float, held: Snapshot | None = None, etag: str | None = None) -> None:
        """Start, or start again in a new process; `held` is a set from an earlier run."""
        if held is not None:
            self.holding.start(held, etag)
        self._stream, self._fetching, self._needs_whole = _Stream.CLOSED, False, False
        self._silent_at = self._open_at = inf
        self._pending.take()
        self._out.clear()
        self._fetch_at = now
        self.tick(now)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if now >= self._silent_at:
            self.counters["streams_silent"] += 1
            self._close()
            self._stream_failed(now, "the stream fell silent", None)
        if now >= self._fetch_at and not self._fetching:
            self._fetching = True
            self._fetch_at = inf
            self._pending.take()  # the answer will contain what came before the question
            self.counters["fetches"] += 1
            self._out.append(Fetch(None if self._needs_whole else self.holding.etag))
        if (
            now >= self._open_at
            and self._stream is _Stream.CLOSED
            and self.holding.held is not None
        ):
            self._open_at = inf
            self._stream = _Stream.OPENING
            self._silent_at = now + self._pace.silence
            self._out.append(Open(self.holding.held.revision))

    def ask(self, now: float) -> None:
        """Fetch now, whatever the plan says: somebody asked for it."""
        self._fetch_at = min(self._fetch_at, now)
        self.tick(now)

    # --- answers to a fetch ----------------------------------------------------------------

    def whole(
        self, now: float, snapshot: Snapshot, etag: str | None = None, head: Revision | None = None
    ) -> None:
        """The fetch gave a valid snapshot."""
        if self._environment is not None and snapshot.environment != self._environment:
            self.malformed(now, f"it is of environment {snapshot.environment}")
            return
        self._needs_whole = False
        self._fetched(now)
        if self.holding.replace(snapshot):
            self.holding.etag = etag
            self.holding.confirm(now, max(head or snapshot.revision, snapshot.revision))
        else:
            self.last_error = f"the server answered with {snapshot.revision}, which is an older one"
        self._replay(now)
        self._stream_from_here(now)

    def unchanged(self, now: float, head: Revision | None = None) -> None:
        """The fetch was answered with 304."""
        if self._needs_whole:  # meanwhile the stream showed that what is held is not enough
            self._fetching = False
            self._fetch_at = min(self._fetch_at, now + self._pace.poll)
            self.tick(now)
            return
        self._fetched(now)
        self.holding.confirm(now, head)
        self._stream_from_here(now)

    def malformed(self, now: float, reason: str) -> None:
        """The fetch gave something that is no usable snapshot: what is held stays."""
        self.counters["malformed"] += 1
        self.fetch_failed(now, f"the snapshot cannot be used: {reason}")

    def fetch_failed(self, now: float, problem: str, retry_after: float | None = None) -> None:
        """The fetch gave nothing."""
        self._fetching = False
        self.counters["fetches_failed"] += 1
        self.last_error = problem
        self._fetch_at = self._fetch_backoff.again_at(now, retry_after)

    # --- the stream ------------------------------------------------------------------------

    def opened(self, now: float) -> None:
        """The stream is open."""
        self._stream = _Stream.OPEN
        self._has_no_stream = False
        self._silent_at = now + self._pace.silence
        self.counters["streams_opened"] += 1
        self.last_error = None

    def event(self, now: float, name: str, data: str, retry_ms: int | None = None) -> None:
        """Something came down the stream; `retry_ms` is the reconnection time sent with it."""
        if self._stream is not _Stream.OPEN:
            return
        self._silent_at = now + self._pace.silence
        try:
            event = read_event(name, data)
        except BadSnapshot as error:
            self.counters["malformed"] += 1
            self._repair(now, error.reason)
            return
        held = self.holding.held
        match event:
            case Delta() if held is not None:
                self._on_change(now, held, event)
            case Bookmark() if held is not None:
                self._on_bookmark(now, held, event)
            case Reset():
                self._on_reset(now, event, retry_ms)

    def ended(
        self,
        now: float,
        problem: str,
        retry_after: float | None = None,
        *,
        there_is_none: bool = False,
    ) -> None:
        """The stream broke off, or could not be opened; `there_is_none`: the server has none."""
        if self._stream is _Stream.CLOSED:
            return
        self._stream = _Stream.CLOSED
        self._silent_at = inf
        if there_is_none:
            self._has_no_stream = True
            self._open_at = now + self._pace.without_stream
            self._fetch_at = min(self._fetch_at, now + self._interval())
        else:
            self._stream_failed(now, problem, retry_after)

    # --- following -------------------------------------------------------------------------

    def _on_change(self, now: float, held: Snapshot, delta: Delta) -> None:
        if delta.revision.is_not_after(held.revision):
            self.counters["duplicates"] += 1
        elif delta.previous != held.revision or delta.revision.epoch != held.revision.epoch:
            self._pending.keep(delta)
            self._repair(now, "a change was missed", "gaps")
        else:
            try:
                self.holding.follow(held, delta)
            except BadSnapshot as error:
                self._repair(now, error.reason, "digest_mismatches")
            else:
                self.holding.confirm(now, delta.revision)

    def _on_bookmark(self, now: float, held: Snapshot, mark: Bookmark) -> None:
        if mark.revision != held.revision and mark.revision.is_not_after(held.revision):
            self.counters["duplicates"] += 1
        elif self.holding.reach(held, mark):
            self.holding.confirm(now, mark.head)
        else:
            self._repair(now, "the server's set is another one", "digest_mismatches")

    def _on_reset(self, now: float, reset: Reset, retry_ms: int | None) -> None:
        self.counters["resets"] += 1
        self._close()
        if reset.reason == SHUTDOWN:
            pause = retry_ms / 1000 if retry_ms else None
            self._stream_failed(now, "the server is shutting down", pause)
        else:
            why = f"the server reset the stream ({reset.reason})"
            # A new epoch is told to everybody at once; the other reasons concern this reader.
            spread = self._pace.spread if reset.reason == EPOCH else 0.0
            self._repair(now, why, spread=spread)

    def _replay(self, now: float) -> None:
        """Changes that came while the whole was under way."""
        deltas, some_lost = self._pending.take()
        for delta in deltas:
            held = self.holding.held
            if held is not None and not self._needs_whole and delta.revision > held.revision:
                self._on_change(now, held, delta)
        if some_lost:
            self._repair(now, "too many changes came at once")

    def _repair(self, now: float, why: str, counter: str = "repairs", spread: float = 0.0) -> None:
        """Fetch the whole without a condition: at once the first time, then within a budget."""
        if self._needs_whole:
            return
        self._needs_whole = True
        self.last_error = why
        self.counters[counter] += 1
        again_at = self._repair_backoff.again_at(now)
        if self._repair_backoff.is_first:
            again_at = now + self._random() * spread
        self._fetch_at = min(again_at, self._fetch_at)
        self.tick(now)

    def _fetched(self, now: float) -> None:
        self._fetching = False
        self.last_error = None
        self._fetch_at = now + self._interval()

    def _interval(self) -> float:
        beside = self._streaming and not self._has_no_stream
        seconds = self._pace.poll if beside else self._pace.poll_only
        return seconds * (0.9 + 0.2 * self._random())

    def _stream_from_here(self, now: float) -> None:
        if self._streaming and self._stream is _Stream.CLOSED and self._open_at == inf:
            self._open_at = now
            self.tick(now)

    def _close(self) -> None:
        if self._stream is not _Stream.CLOSED:
            self._out.append(Close())
        self._stream = _Stream.CLOSED
        self._silent_at = inf

    def _stream_failed(self, now: float, problem: str, retry_after: float | None) -> None:
        self.counters["streams_ended"] += 1
        self.last_error = problem
        self._open_at = self._open_backoff.again_at(now, retry_after)
