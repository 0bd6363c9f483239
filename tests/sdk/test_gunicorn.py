"""`gunicorn --preload`: a client made before the fork; every worker follows."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from .conftest import Writer

WORKERS = 8
APPLICATION = """
import os, trimtab
cfg = trimtab.connect(environment="base", lkg_path=os.environ["KEPT"])
handle = cfg.handle("WORKERS_SEE")

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Connection", "close")])
    return [f"{os.getpid()} {handle.value}".encode()]
"""


@contextmanager
def serving(folder: Path, environ: dict[str, str]) -> Iterator[Path]:
    (folder / "demo.py").write_text(APPLICATION)
    address = folder / "socket"
    arguments = ["--preload", "-w", str(WORKERS), "-b", f"unix:{address}", "demo:application"]
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments],
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            booted = 0
            for line in process.stderr or ():
                booted += "Booting worker" in line
                if booted == WORKERS:
                    break
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
    assert "Traceback" not in said, said


def test_gunicorn__preloaded__all_workers_follow_a_change(writer: Writer, tmp_path: Path) -> None:
    writer.put("WORKERS_SEE", 1, type="integer", category="c")
    environ: dict[str, Any] = {
        "PATH": "/usr/bin:/bin",
        "TRIMTAB_URL": writer.url,
        "TRIMTAB_TOKEN": writer.token,
        "KEPT": str(tmp_path / "kept.json"),
    }
    with serving(tmp_path, environ) as address:
        transport = httpx2.HTTPTransport(uds=str(address))
        with httpx2.Client(transport=transport, base_url="http://demo.test", timeout=10) as http:
            workers = ask_until(http, lambda seen: len(seen) == WORKERS)
            assert set(workers.values()) == {"1"}
            writer.put("WORKERS_SEE", 2)
            after = ask_until(http, lambda seen: set(seen.values()) == {"2"}, workers)
    assert set(after) == set(workers)


def ask_until(
    http: httpx2.Client, enough: Any, before: dict[str, str] | None = None
) -> dict[str, str]:
    """What each worker said last, by process id."""
    seen, ends_at = dict(before or {}), time.monotonic() + 30
    while not enough(seen):
        assert time.monotonic() < ends_at, seen
        pid, value = http.get("/").text.split()
        seen[pid] = value
    return seen
