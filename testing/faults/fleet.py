"""Applications as processes of their own, and what they report."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Follower:
    """A running `faults.follower` or `faults.crowd`."""

    process: "subprocess.Popen[str]"
    started: dict[str, Any]

    def report(self, ask: str = "report") -> dict[str, Any]:
        """Where it stands now; `wait N` waits until it serves N."""
        self.ask(ask)
        return self.answer()

    def ask(self, ask: str) -> None:
        """Ask without waiting for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{ask}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The next answer."""
        return _line(self.process)

    def signal(self, which: signal.Signals) -> None:
        """Stop it, or let it go on."""
        self.process.send_signal(which)


@contextmanager
def running_followers(
    urls: Sequence[str], token: str, folder: Path, extra: Mapping[str, str] | None = None
) -> Iterator[list[Follower]]:
    """One application for each URL, all started at once; each has values when this returns."""
    program = ["faults.follower"]
    processes = [
        _start(program, url, token, folder / f"follower-{n}", extra) for n, url in enumerate(urls)
    ]
    yield from _run(processes)


@contextmanager
def running_crowds(
    counts: Sequence[int], url: str, token: str, folder: Path
) -> Iterator[list[Follower]]:
    """One process for each number, with so many applications in it."""
    processes = [
        _start(["faults.crowd", str(count)], url, token, folder / f"crowd-{n}", None)
        for n, count in enumerate(counts)
    ]
    yield from _run(processes)


def _run(processes: "list[subprocess.Popen[str]]") -> Iterator[list[Follower]]:
    try:
        yield [Follower(process, _line(process)) for process in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
            assert process.stdin is not None
            process.stdin.close()
        for process in processes:
            try:
                process.wait(timeout=20)
            finally:
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()


def _start(
    program: Sequence[str], url: str, token: str, home: Path, extra: Mapping[str, str] | None
) -> "subprocess.Popen[str]":
    home.mkdir()
    inherited = {name: one for name, one in os.environ.items() if "TRIMTAB" not in name}
    own = {
        "TRIMTAB_URL": url,
        "TRIMTAB_TOKEN": token,
        "TRIMTAB_ENVIRONMENT": "prod",
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *program],
            env=inherited | own | dict(extra or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=home,
        )


def _line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the application ended"
    report: dict[str, Any] = json.loads(line)
    return report
