"""The server as its own process, as an operator starts it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = Path(sys.executable).parent / "trimtab-server"


@dataclass(frozen=True, slots=True)
class Process:
    """A running server; `token` is the one it printed at its first start, else empty."""

    port: int
    token: str
    pid: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def run_server_command(settings: Mapping[str, str], *arguments: str) -> str:
    """What `trimtab-server ...` printed; it must succeed."""
    done = subprocess.run(
        [_PROGRAM, *arguments],
        env=_environment(settings),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


@contextmanager
def serving_process(settings: Mapping[str, str]) -> Iterator[Process]:
    """`trimtab-server serve` on a free port; it must end in good order and without a traceback."""
    with subprocess.Popen(
        [_PROGRAM, "serve", "--port", "0"],
        env=_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            said = _until_listening(process)
            port, token = re.search(r"https?://[^ ]+:(\d+)", said), re.search(r"tt_\S+", said)
            assert port, said
            yield Process(int(port[1]), token[0] if token else "", process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=15)
        assert process.returncode in {0, 130}, f"ended with {process.returncode}: {complaints}"
        assert "Traceback" not in complaints, complaints


def _until_listening(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "listening on" in line:
            break
    return said


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    return inherited | dict(settings)
