"""The server as a child process: its commands, its start, its log, its end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from trimtab.cli.up.address import Address
from trimtab.cli.up.stop_signals import StopSignals
from trimtab.errors import TrimtabError

DATABASE_NAME = "trimtab.sqlite3"
READY_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 2.5
LAST_LINES = 15
LARGEST_LOG_BYTES = 5_000_000
_LOOK_SECONDS = 0.2
_PAUSE_SECONDS = 0.05
_OWNER_ONLY = 0o077


class NoServerInstalled(TrimtabError):
    """The program trimtab-server was not found: install it with `pip install trimtab-server`."""

    code = "no-server-installed"


class ServerFailed(TrimtabError):
    """The server ended, or a command of it failed; `lines` are the last that it wrote."""

    code = "server-failed"

    def __init__(self, what: str, log: Path, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        said = "".join(f"\n  {line}" for line in lines) or " It wrote nothing."
        super().__init__(f"{what} Its log is {log}; the last lines:{said}")


@dataclass(frozen=True, slots=True)
class ServerProgram:
    """The installed program `trimtab-server`, run with one data directory."""

    executable: str
    data_dir: Path

    @property
    def log(self) -> Path:
        """Where everything it says goes."""
        return self.data_dir / "server.log"

    @property
    def stores_elsewhere(self) -> bool:
        """Whether its database is another than the one embedded in the data directory."""
        return bool(os.environ.get("TRIMTAB_DATABASE_URL"))

    def run(self, *arguments: str) -> str:
        """Run one command to its end and give back what it printed; raises ServerFailed."""
        with self._open_log() as log:
            start = log.tell()
            done = subprocess.run(
                [self.executable, *arguments],
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                umask=_OWNER_ONLY,
                check=False,
            )
        if done.returncode:
            words = " ".join(arguments[:2])
            raise ServerFailed(f"`trimtab-server {words}` failed.", self.log, self.said(start))
        return done.stdout.decode()

    def run_json(self, *arguments: str) -> Mapping[str, Any]:
        """Like `run`, for a command that prints one JSON object."""
        try:
            reply = json.loads(self.run(*arguments, "--json"))
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            words = " ".join(arguments[:2])
            raise ServerFailed(f"`trimtab-server {words}` printed no JSON.", self.log, [])
        return reply

    def start(self, address: Address) -> "RunningServer":
        """Start serving; the process is there, but not yet ready."""
        with self._open_log() as log:
            start = log.tell()
            place = ["--host", address.host, "--port", str(address.port)]
            process = subprocess.Popen(
                [self.executable, "serve", *place, "--until-input-ends"],
                env=self._environ(),
                stdin=subprocess.PIPE,  # ends with this process, however that ends
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is the parent's to pass on
                umask=_OWNER_ONLY,
            )
        return RunningServer(self, address, process, start)

    def said(self, since: int) -> list[str]:
        """The last lines of the log, not older than position `since`."""
        with self.log.open("rb") as file:
            file.seek(since)
            return file.read().decode(errors="replace").splitlines()[-LAST_LINES:]

    def _open_log(self) -> Any:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "ab")

    def _environ(self) -> dict[str, str]:
        return {**os.environ, "TRIMTAB_DATA_DIR": str(self.data_dir)}


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that was started by this process, and ends with it."""

    program: ServerProgram
    address: Address
    process: subprocess.Popen[bytes]
    log_start: int

    def wait_until_ready(self, signals: StopSignals) -> None:
        """Return when it answers; raises ServerFailed if it ends or never does, or Stopped."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        with httpx2.Client(trust_env=False, verify=False, timeout=2.0) as client:
            while time.monotonic() < deadline:
                signals.check()
                if self.process.poll() is not None:
                    raise self._failed("The server ended while it started.")
                if _answers(client, f"{self.address.url}/readyz"):
                    return
                time.sleep(_PAUSE_SECONDS)
        raise self._failed(f"The server was not ready within {READY_WITHIN_SECONDS:.0f} s.")

    def wait(self, signals: StopSignals) -> None:
        """Wait as long as it runs; raises Stopped, or ServerFailed: it should not end by itself.

        By looking again and again: a signal that comes just before a wait without end would be
        seen only after it.
        """
        while self.process.poll() is None:
            signals.check()
            time.sleep(_LOOK_SECONDS)
        raise self._failed("The server ended by itself.")

    def stop(self, signals: StopSignals) -> None:
        """End it: first politely, after ENDS_WITHIN_SECONDS for good."""
        with signals.ignored():
            if self.process.poll() is None:
                self.process.terminate()
            try:
                self.process.wait(ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                _kill_group(self.process)
                self.process.wait()
            if self.process.stdin is not None:
                self.process.stdin.close()

    def _failed(self, what: str) -> ServerFailed:
        return ServerFailed(what, self.program.log, self.program.said(self.log_start))


def find_server(data_dir: Path) -> ServerProgram:
    """The program beside this interpreter, else on PATH; raises NoServerInstalled."""
    beside = Path(sys.executable).parent / "trimtab-server"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("trimtab-server")
    if found is None:
        raise NoServerInstalled
    return ServerProgram(found, data_dir)


def _answers(client: httpx2.Client, url: str) -> bool:
    try:
        return client.get(url).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
