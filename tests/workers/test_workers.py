"""Processes that are forked after the settings were made follow every change."""

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

import trimtab
from migration_driver.server_process import ServerProcess, clean_environ, running_server

WORKERS = 8
GUNICORN = Path(sys.executable).parent / "gunicorn"
SETTING = {"key": "VOICE_STABILITY", "environment": "base", "type": "number", "value": 0.1}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with the one setting."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        _call(running, "POST", "", {**SETTING, "application": "default"})
        yield running


def test_gunicorn__preloaded_with_eight_workers__every_one_follows(
    server: ServerProcess, tmp_path: Path
) -> None:
    write(server, 0.1)
    with gunicorn(server, tmp_path) as client:
        assert set(sightings(client, 0.1).values()) == {0.1}
        write(server, 0.9)
        seen = sightings(client, 0.9)
        assert len(seen) == WORKERS
        server.kill()  # the workers go on with what they have
        assert sightings(client, 0.9).keys() == seen.keys()
        server.start()
        write(server, 0.3)
        assert sightings(client, 0.3).keys() == seen.keys()


def test_multiprocessing__forked_with_a_running_client__child_follows(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environ_of(server, tmp_path).items():
        if name.startswith("TRIMTAB_"):
            monkeypatch.setenv(name, value)
    write(server, 0.1)
    fork = multiprocessing.get_context("fork")
    mine, theirs = fork.Pipe()
    with trimtab.connect() as cfg:
        assert cfg["VOICE_STABILITY"] == 0.1
        child = fork.Process(target=_tell_changes, args=(cfg, theirs))
        child.start()
        assert mine.recv() == 0.1
        write(server, 0.4)
        assert mine.poll(20)
        assert mine.recv() == 0.4
        child.join(20)
        _until(lambda: cfg["VOICE_STABILITY"] == 0.4)
    assert child.exitcode == 0


def _tell_changes(cfg: trimtab.Client, pipe: Any) -> None:
    handle = cfg.handle("VOICE_STABILITY")
    pipe.send(handle.value)
    _until(lambda: handle.value != 0.1)
    pipe.send(handle.value)


@contextmanager
def gunicorn(server: ServerProcess, folder: Path) -> Iterator[httpx2.Client]:
    """The application under gunicorn, and a client to it."""
    socket = folder / "socket"
    log = (folder / "log").open("w+")
    command = [
        GUNICORN,
        *("--preload", "--workers", str(WORKERS), "--bind", f"unix:{socket}"),
        *("--graceful-timeout", "2", "preloaded_app:app"),
    ]
    environ = environ_of(server, folder)
    with log, subprocess.Popen(command, cwd=Path(__file__).parent, env=environ, stderr=log) as run:
        try:
            transport = httpx2.HTTPTransport(uds=str(socket))
            with httpx2.Client(transport=transport, base_url="http://app") as client:
                _until(socket.exists)
                yield client
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read())
            raise
        finally:
            run.terminate()


def sightings(client: httpx2.Client, value: float) -> dict[int, float]:
    """By worker: what it reads, asked until all of them read `value` or the time is over."""
    seen: dict[int, float] = {}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        reply = client.get("/", headers={"Connection": "close"}).json()
        assert reply["typed"] == reply["key"]
        seen[reply["pid"]] = reply["typed"]
        if len(seen) == WORKERS and set(seen.values()) == {value}:
            break
    return seen


def write(server: ServerProcess, value: float) -> None:
    """Give the setting a value."""
    body = {"value": value}
    _call(server, "PUT", "/VOICE_STABILITY?environment=base", body, {"If-Match": "*"})


def environ_of(server: ServerProcess, folder: Path) -> dict[str, str]:
    """The environment of a program that finds the server."""
    return {
        **clean_environ(),
        "TRIMTAB_URL": server.url,
        "TRIMTAB_TOKEN": server.token,
        "TRIMTAB_ENVIRONMENT": "base",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }


def _call(
    server: ServerProcess,
    method: str,
    path: str,
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> None:
    reply = httpx2.request(
        method,
        f"{server.url}/api/v1/config{path}",
        json=body,
        headers={"Authorization": f"Bearer {server.token}", **(headers or {})},
        trust_env=False,
    )
    assert reply.is_success, reply.text


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
