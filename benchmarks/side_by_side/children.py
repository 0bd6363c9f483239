"""Servers under measurement: started, waited for, and stopped, each on a port of its own."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 15


class PeerDidNotStart(Exception):
    """The server ended, or never answered; the text is the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running server."""

    pid: int
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(
    command: Sequence[str],
    *,
    port: int,
    ready: str,
    settings: Mapping[str, str] | None = None,
    cpu: int | None = None,
    folder: Path | None = None,
) -> Iterator[Child]:
    """Keep a server running until the block ends; `ready` is a path that answers when it is up.

    `cpu` pins it, with all its threads, to one core.
    """
    pinned = ["taskset", "-c", str(cpu), *command] if cpu is not None else list(command)
    with tempfile.TemporaryDirectory(prefix="bench-") as kept:
        log = Path(kept) / "output"
        with log.open("wb") as output:
            process = subprocess.Popen(
                pinned,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(settings or {}),
                cwd=folder or kept,
            )
        try:
            _wait(process, f"http://127.0.0.1:{port}{ready}", log)
            yield Child(process.pid, port, log)
        finally:
            _stop(process)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without any setting of ours or of PostgreSQL, and these."""
    foreign = ("TRIMTAB", "PG", "UNLEASH", "ETCD", "DATABASE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | dict(settings)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mib(pid: int) -> float:
    """The resident memory of a process and all its descendants."""
    pids, seen = [pid], list[int]()
    while pids:
        one = pids.pop()
        seen.append(one)
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
    pages = 0
    for one in seen:
        with suppress(OSError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.05)
    raise PeerDidNotStart(log.read_text(errors="replace")[-2000:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
