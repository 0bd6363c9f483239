"""All readers of one environment who may see the same: they are sent the same bytes."""

import asyncio
from collections.abc import Callable, Iterable

from trimtab_server.delivery.held import Step
from trimtab_server.delivery.item import Item
from trimtab_server.delivery.snapshot import Snapshot
from trimtab_server.http.metrics import Metrics

from .frames import Frame, ResetReason, bookmark_frame, change_frame, reset_frame
from .subscriber import MOST_WAITING_BYTES, Subscriber
from .window import Window

# A larger change is not worth sending to each: a reader fetches the whole, which is one text too.
MOST_FRAME_BYTES = MOST_WAITING_BYTES // 2
# Sending to everybody may take this share of the time at most; what comes meanwhile goes together.
_PAUSE_PER_SECOND_OF_SENDING = 2.0


class Audience:
    """Follows a snapshot step by step. `head` gives the application's `epoch.revision`.

    A step is sent in the next turn of the event loop; those that come while the last one was only
    just sent are sent as one change.
    """

    def __init__(self, snapshot: Snapshot, head: Callable[[], str], metrics: Metrics) -> None:
        self.subscribers: set[Subscriber] = set()
        self.snapshot = snapshot
        self.is_gone = False
        self._head = head
        self._metrics = metrics
        self._window = Window(snapshot.touched)
        self._unsent: dict[str, Item | None] = {}
        self._sent_revision = snapshot.revision
        self._sending: asyncio.TimerHandle | None = None
        self._not_before = 0.0

    def step(self, step: Step) -> None:
        """The environment went on."""
        if step.after is None:
            self.is_gone = True
            self._begin_anew(self.snapshot)
        elif step.items is None:
            self._begin_anew(step.after)
        else:
            self.snapshot = step.after
            self._window.append(step.after.touched, step.items)
            self._unsent |= step.items
            self._send_soon()

    def opening(self, since: tuple[int, int] | None) -> Frame:
        """The first event for a reader who holds that epoch and revision, or nothing yet."""
        self.flush()
        if since is None:
            return self.bookmark()
        epoch, revision = since
        if epoch != self.snapshot.epoch:
            return self.reset(ResetReason.EPOCH)
        keys = self._window.keys_since(revision)
        if keys is None:
            return self.reset(ResetReason.WINDOW)
        items = {key: self.snapshot.items.get(key) for key in sorted(keys)}
        return self._change(f"{epoch}.{revision}", items)

    def flush(self) -> None:
        """Send what has not been sent, if there is any."""
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
        if self._sent_revision == self.snapshot.revision:
            return
        frame = self._change(self._sent_revision, self._unsent)
        self._unsent, self._sent_revision = {}, self.snapshot.revision
        if self.subscribers:
            loop = asyncio.get_running_loop()
            began = loop.time()
            self.broadcast(frame)
            ended = loop.time()
            self._not_before = ended + (ended - began) * _PAUSE_PER_SECOND_OF_SENDING

    def broadcast(self, frame: Frame) -> None:
        """The same bytes to every subscriber."""
        self.send(frame, self.subscribers)

    def send(self, frame: Frame, to: Iterable[Subscriber]) -> None:
        """The same bytes to these."""
        sizes = [subscriber.offer(frame) for subscriber in to]
        self._metrics.stream_bytes.inc(sum(sizes))
        if frame.reset is not None:
            self._metrics.stream_resets.labels(frame.reset.value).inc(len(sizes))

    def bookmark(self) -> Frame:
        """Where the audience is now."""
        now = self.snapshot
        return bookmark_frame(now.environment, now.revision, self._head(), now.digest)

    def reset(self, reason: ResetReason, *, retry_ms: int | None = None) -> Frame:
        """Fetch the whole, because of this."""
        return reset_frame(self.snapshot.environment, reason, self._head(), retry_ms=retry_ms)

    def goes_on_from(self, snapshot: Snapshot) -> None:
        """What is followed is another holder's, whose steps begin here."""
        now = self.snapshot
        if (snapshot.revision, snapshot.digest) != (now.revision, now.digest):
            self._begin_anew(snapshot)

    def _begin_anew(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._window = Window(snapshot.touched)
        self._unsent, self._sent_revision = {}, snapshot.revision
        self.broadcast(self.reset(ResetReason.EPOCH))

    def _send_soon(self) -> None:
        if self._sending is None:
            loop = asyncio.get_running_loop()
            self._sending = loop.call_at(max(self._not_before, loop.time()), self.flush)

    def _change(self, prev: str, items: dict[str, Item | None]) -> Frame:
        """What is to be said of the way from `prev` to now: nothing visible is a bookmark."""
        if not items:
            return self.bookmark()
        members = [
            item.member if item else b'"%s":null' % key.encode()
            for key, item in sorted(items.items())
        ]
        if sum(map(len, members)) > MOST_FRAME_BYTES:
            return self.reset(ResetReason.WINDOW)
        now = self.snapshot
        return change_frame(now.environment, prev, now.revision, members, now.digest)
