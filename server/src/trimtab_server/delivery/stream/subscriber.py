"""One reader of a stream: what waits for it is bounded, whatever it does."""

from collections.abc import Callable

from .frames import Frame
from .outlet import Outlet

MOST_WAITING_EVENTS = 64
MOST_WAITING_BYTES = 256 * 1024
SEND_TIMEOUT_SECONDS = 10.0


class Subscriber:
    """Events go out as they are offered, until too many wait for a reader that does not take them.

    From then on it gets none: what it missed is collapsed into one `reset`, once it has taken what
    waits. Whoever takes nothing for the length of the send timeout is closed.
    """

    def __init__(self, outlet: Outlet, monotonic: Callable[[], float]) -> None:
        self.outlet = outlet
        self.is_lagging = False
        self._monotonic = monotonic
        self._waiting_events = 0
        self._written = 0
        self._taken = 0
        self._taken_at = monotonic()

    def offer(self, frame: Frame) -> int:
        """Send the event, or collapse what waits; gives the bytes that were written."""
        if self.is_lagging:
            return 0
        size, waiting = len(frame.text), self.outlet.waiting_bytes
        if not waiting:
            self._waiting_events = 0
        elif self._waiting_events >= MOST_WAITING_EVENTS or waiting + size > MOST_WAITING_BYTES:
            self.is_lagging = True
            return 0
        self._waiting_events += 1
        self._written += size
        self.outlet.write(frame)
        return size

    def is_stuck(self) -> bool:
        """To be asked about every second: whether it took nothing for the send timeout."""
        waiting, now = self.outlet.waiting_bytes, self._monotonic()
        taken = self._written - waiting
        if not waiting or taken > self._taken:
            self._taken, self._taken_at = taken, now
        return now - self._taken_at >= SEND_TIMEOUT_SECONDS

    def has_caught_up(self) -> bool:
        """Whether it lagged and has taken what waited: it is to begin anew, and may be told so."""
        if not self.is_lagging or self.outlet.waiting_bytes:
            return False
        self.is_lagging = False
        return True
