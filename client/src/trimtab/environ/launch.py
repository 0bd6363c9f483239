"""Become the program that was asked for.

Run as a script (`python -I -S launch.py PARENT PROGRAM ARGUMENT...`) this is what stands between
a supervisor and its program for a moment: on Linux it asks the kernel to end the program when the
supervisor dies, however that dies. It is a script because a process with threads (the supervisor
listens to the server) may not safely run Python between fork and exec; it therefore needs the
standard library only.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Never

NOT_FOUND = 127
"""The exit code for a program that is not there, as shells have it."""

NOT_EXECUTABLE = 126
"""The exit code for a program that is there but cannot be executed, as shells have it."""

_PR_SET_PDEATHSIG = 1  # prctl(2)
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")  # and an ignored signal stays so in what follows


def become(program: Sequence[str], environ: Mapping[str, str]) -> Never:
    """Replace this process by `program`, looked up in the PATH of `environ`; OSError: it stays."""
    for name in _IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(program[0], list(program), dict(environ))  # noqa: S606  what it is for


def inherited() -> dict[str, str]:
    """The environment as it was handed to us.

    Under the C locale Python sets LC_CTYPE for itself when it starts (PEP 538); the program is not
    to see that.
    """
    environ = dict(os.environ)
    with contextlib.suppress(OSError):
        handed = Path("/proc/self/environ").read_bytes().split(b"\0")
        if not any(one.startswith(b"LC_CTYPE=") for one in handed):
            environ.pop("LC_CTYPE", None)
    return environ


def why_not(name: str, error: OSError) -> tuple[str, int]:
    """What to say, and the exit code, when `become` failed for the program `name`."""
    found = Path(name).exists() if os.sep in name else not isinstance(error, FileNotFoundError)
    if not found:
        where = "" if os.sep in name else " in PATH"
        return f"There is no program {name!r}{where}.", NOT_FOUND
    if isinstance(error, FileNotFoundError):  # the file is there: it is its first line that lies
        return f"{name!r} names an interpreter in its first line that is not there.", NOT_EXECUTABLE
    reason = error.strerror or type(error).__name__
    return f"{name!r} cannot be executed: {reason}.", NOT_EXECUTABLE


def _end_with(parent: int) -> None:
    """Be killed when `parent` dies; elsewhere than on Linux there is no such wish."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes  # noqa: PLC0415  slow, and absent from some builds

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(128 + signal.SIGKILL)


def main(arguments: Sequence[str]) -> int:
    """Become `arguments[1:]` for the supervisor `arguments[0]`; the exit code if that fails."""
    parent, program = int(arguments[0]), arguments[1:]
    _end_with(parent)
    try:
        become(program, inherited())
    except OSError as error:
        text, code = why_not(program[0], error)
        sys.stderr.write(f"{text}\n")
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
