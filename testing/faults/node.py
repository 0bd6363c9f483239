"""One server of a fleet: always at the same address, killed and started again at will."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from real_servers.child import free_port

_PROGRAM = Path(sys.executable).parent / "trimtab-server"
_START_SECONDS = 120.0


@dataclass
class Node:
    """`trimtab-server serve`; what it printed is in `log`."""

    settings: Mapping[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait`, return when it answers."""
        inherited = {name: one for name, one in os.environ.items() if "TRIMTAB" not in name}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [_PROGRAM, "serve", "--port", str(self.port)],
                env=inherited | dict(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if wait:
            self.wait_until_up()

    def wait_until_up(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"{self.url}/livez", timeout=2).is_success:
                    return
            except httpx2.HTTPError:
                time.sleep(0.02)
        raise AssertionError(self.log.read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        """SIGTERM; returns how many seconds it took to end."""
        started = time.monotonic()
        self._end(signal.SIGTERM)
        return time.monotonic() - started

    def wait(self) -> int:
        """The exit code, once it ends by itself."""
        assert self._process is not None
        code = self._process.wait(timeout=_START_SECONDS)
        self._process = None
        return code

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=_START_SECONDS)
            self._process = None


@contextmanager
def running_nodes(count: int, settings: Mapping[str, str], folder: Path) -> Iterator[list[Node]]:
    """That many servers on one store; all that still run at the end are killed."""
    nodes = [Node(settings, folder / f"node-{number}.log") for number in range(count)]
    try:
        for node in nodes:
            node.start(wait=False)
        for node in nodes:
            node.wait_until_up()
        yield nodes
    finally:
        for node in nodes:
            node.kill()
