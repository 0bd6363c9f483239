"""A server as a child that cannot outlive the test run, whatever ends it."""

import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
PORT_TRIES = 5

# A pipe that only the test run holds open is the leash: when it closes, the server is stopped.
_LEASH = (
    'signal=$1; shift; exec 3<&0; "$@" 3<&- & server=$!; '
    "{ cat >/dev/null; kill -$signal $server; } <&3 3<&- & leash=$!; "
    "wait $server; kill $leash 2>/dev/null"
)


class ServerDidNotStart(Exception):
    """The server ended, or never said it was ready; the text is what it printed."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server runs as; all None is the caller."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


CALLER = Account()


def unprivileged() -> Account:
    """The caller, or nobody where the caller is root."""
    if os.geteuid() != 0:
        return CALLER
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, ())


@contextmanager
def own_folder(prefix: str, who: Account = CALLER) -> Iterator[Path]:
    """A temporary folder that belongs to the server's account."""
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name:
        if who.user is not None and who.group is not None:
            os.chown(name, who.user, who.group)
        yield Path(name)


def run_once(command: Sequence[str], *, folder: Path, who: Account = CALLER) -> None:
    """Run a set-up step; raises PermissionError if the account may not execute the program."""
    done = subprocess.run(
        command,
        check=False,  # what it printed makes the better error
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=who.user,
        group=who.group,
        extra_groups=who.extra_groups,
    )
    if done.returncode != 0:
        raise ServerDidNotStart(done.stdout + done.stderr)


@contextmanager
def on_free_port(
    command: Callable[[int], Sequence[str]],
    *,
    folder: Path,
    stop_signal: str,
    who: Account = CALLER,
) -> Iterator[int]:
    """Keep `command(port)` running until the block ends.

    Another process may take the port between our choice and the server's start: then try again.
    """
    for left in reversed(range(PORT_TRIES)):
        port = free_port()
        log = folder / f"{port}.log"
        with leashed([stop_signal, *command(port)], log=log, folder=folder, who=who) as process:
            if is_ready(process, log):
                yield port
                return
        said = log.read_text(errors="replace")
        if left == 0 or "in use" not in said:
            raise ServerDidNotStart(said)


@contextmanager
def leashed(
    command: Sequence[str], *, log: Path, folder: Path, who: Account
) -> Iterator[subprocess.Popen[bytes]]:
    """Keep a command running in a process group of its own; its first word is the stop signal."""
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["/bin/sh", "-c", _LEASH, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=_environment(),
            process_group=0,  # Ctrl-C is for the test run; the servers end with it
            user=who.user,
            group=who.group,
            extra_groups=who.extra_groups,
        ) as process,  # leaving closes the pipe, then waits
    ):
        yield process


def is_ready(process: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait until the log says so; False if it ended first."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if "ready to accept connections" in log.read_text(errors="replace").lower():
            return True  # both servers say it in these words
        time.sleep(0.01)
    return False


def _environment() -> dict[str, str]:
    """None of the caller's PG* or language settings reach a server under test."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def free_port() -> int:
    """One that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
