"""Ctrl-C, SIGTERM and a closed terminal as one exception, never in the middle of starting."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Stopped(KeyboardInterrupt):
    """Somebody wants this process to end."""


class StopSignals:
    """Raises Stopped in the main thread at the first signal, unless it is held back."""

    def __init__(self) -> None:
        self._held = False
        self._pending = False
        self._has_come = False

    def check(self) -> None:
        """To be called by whatever waits: raises Stopped if a signal came and nobody heard of it.

        Python ignores what is raised in a destructor or in a weak reference's callback, and where
        a signal is noticed is chance: every import ends in such a callback.
        """
        if self._has_come:
            raise Stopped

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within this block signals raise Stopped; then everything is as before."""
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within this block a signal waits: what is done there is done whole."""
        with self._holding():
            yield
        if self._pending:
            self._pending = False
            raise Stopped

    @contextmanager
    def ignored(self) -> Iterator[None]:
        """Within this block a signal changes nothing: the end is on its way already."""
        with self._holding():
            yield
        self._pending = False

    @contextmanager
    def _holding(self) -> Iterator[None]:
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._held:
            self._pending = True
        else:
            self._has_come = True
            raise Stopped
