"""What a supervisor waits for: signals, and words from other threads, in one place."""

import contextlib
import os
import selectors
import signal
from types import FrameType, TracebackType
from typing import Self

FORWARDED = tuple(
    getattr(signal, name)
    for name in ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
"""The signals that are passed on to the program."""

_KNOCK = 0  # no signal has this number


class Inbox:
    """A context manager for the main thread: within it signals do nothing but arrive here.

    A signal that was ignored before (`nohup`) stays ignored, here and in the program.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._before: dict[int, object] = {}
        self._wakeup = -1

    def __enter__(self) -> Self:
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (*FORWARDED, signal.SIGCHLD):
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGCHLD:
                self._before[number] = signal.signal(number, _arrive)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as it was given to us
        os.close(self._read)
        os.close(self._write)

    def knock(self) -> None:
        """Wake the waiting thread; from any thread."""
        with contextlib.suppress(OSError):  # full: it is awake; closed: nobody waits any more
            os.write(self._write, bytes([_KNOCK]))

    def wait(self, seconds: float | None) -> list[int]:
        """The signals that arrived, oldest first; returns early at a knock or a signal."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._read, selectors.EVENT_READ)
            selector.select(seconds)
        try:
            arrived = os.read(self._read, 4096)
        except BlockingIOError:
            return []
        return [number for number in arrived if number in FORWARDED]


def reached_the_program_already(number: int) -> bool:
    """Whether a terminal sent it: then it went to everybody in the foreground, us and the program.

    A program that got one Ctrl-C twice would be broken off while it cleans up.
    """
    if number not in (signal.SIGINT, signal.SIGQUIT):
        return False
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _arrive(_number: int, _frame: FrameType | None) -> None:
    """Nothing: that it is handled at all writes its number into the pipe."""
