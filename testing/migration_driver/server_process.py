"""`trimtab-server serve` on SQLite as a process of its own, which a test may kill and start."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

PROGRAM = Path(sys.executable).parent / "trimtab-server"


class ServerProcess:
    """One data directory and the server on it; after `kill` and `start` it listens there again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output: list[str] = []
        self._environ = clean_environ() | {"TRIMTAB_DATA_DIR": str(folder)}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self.token = ""  # an admin's, which it prints at its first start

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(self._port)],
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        listening = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(self._process, listening))
        self._reader.start()
        assert listening.wait(30), "".join(self.output)

    def kill(self) -> None:
        """SIGKILL, as a machine that loses power."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        self._end(signal.SIGTERM)

    def make_application(self, name: str) -> str:
        """An application of that name."""
        reply = httpx2.post(
            f"{self.url}/api/v1/applications",
            json={"name": name},
            headers={"Authorization": f"Bearer {self.token}"},
            trust_env=False,
        )
        assert reply.status_code == 201, reply.text
        return name

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait(15)
        assert self._reader is not None
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def _read(self, process: subprocess.Popen[str], listening: threading.Event) -> None:
        assert process.stdout is not None
        is_there = False
        for line in process.stdout:
            self.output.append(line)
            if token := re.search(r"\btt_\S+", line):
                self.token = token[0]
            if port := re.search(r"listening on http://\S+:(\d+)", line):
                self._port, is_there = int(port[1]), True
            if is_there and self.token:
                listening.set()


@contextmanager
def running_server(folder: Path) -> Iterator[ServerProcess]:
    """A server that runs for the length of a block."""
    server = ServerProcess(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def clean_environ() -> dict[str, str]:
    """This process's environment without anything that Trimtab reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TRIMTAB_")}
