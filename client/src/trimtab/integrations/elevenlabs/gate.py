"""How many may be inside at once, where the number may change at any moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """Lets in as many as `limit()` says.

    A higher limit lets waiting ones in at once; under a lower one nobody is thrown out, and nobody
    comes in until enough have left. Whoever knows that the limit moved calls `moved`. Thread-safe.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._inside = 0
        self._moved = Condition()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Wait until there is room, and hold it for the block."""
        with self._moved:
            self._moved.wait_for(lambda: self._inside < self._limit())
            self._inside += 1
        try:
            yield
        finally:
            with self._moved:
                self._inside -= 1
                self._moved.notify_all()

    def moved(self) -> None:
        """Look at the limit again."""
        with self._moved:
            self._moved.notify_all()
