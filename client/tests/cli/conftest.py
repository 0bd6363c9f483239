"""A real server for the command line: one for all tests, an application of its own for each."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from trimtab.cli.run import run

SERVER = Path(sys.executable).parent / "trimtab-server"


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def all(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Server:
    url: str
    token: str
    folder: Path


Cli = Callable[..., Outcome]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`trimtab-server serve` on SQLite, on a free port."""
    yield from _serving(tmp_path_factory.mktemp("server"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One that no other test has made anybody on."""
    folder = tmp_path / "server"
    folder.mkdir(mode=0o700)
    yield from _serving(folder)


def _serving(folder: Path) -> Iterator[Server]:
    environ = clean_environ() | {"TRIMTAB_DATA_DIR": str(folder)}
    issued = _server_command(environ, "token", "create", "--admin", "--name", "test", "--json")
    process = subprocess.Popen(
        [SERVER, "serve", "--port", "0"], env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        url = next(m[1] for line in lines if (m := re.search(r"listening on (http\S+)", line)))
        yield Server(url, json.loads(issued)["token"], folder)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
def application(server: Server) -> str:
    """An application that only this test knows."""
    return _new_application(server)


@pytest.fixture(scope="session")
def refusing_application(server: Server) -> str:
    """An application for tests that are refused, so that they can share it."""
    name = _new_application(server)
    definition = {"type": "integer", "validationRules": {"min": 0, "max": 5}, "value": 3}
    made = {"key": "RETRIES", "environment": "base", "application": name, **definition}
    _post(server, "/api/v1/config", made)
    return name


@pytest.fixture
def environ(server: Server, application: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a command: it finds server, token and application."""
    return _environ(server, application, tmp_path)


@pytest.fixture
def cli(
    environ: Mapping[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """Run a command line in this process, in an empty folder, without a terminal."""
    return _cli(environ, tmp_path, monkeypatch, capsys)


@pytest.fixture
def refusing_cli(
    server: Server,
    refusing_application: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    """The same in an application with the setting RETRIES, for what must write nothing."""
    environ = _environ(server, refusing_application, tmp_path)
    return _cli(environ, tmp_path, monkeypatch, capsys)


@pytest.fixture
def setting(cli: Cli) -> str:
    """A setting to work with: an integer from 0 to 5 that is 3 in base."""
    made = cli("define", "RETRIES", "--type", "integer", "--min", "0", "--max", "5", "--yes")
    assert made.code == 0, made.all
    assert cli("set", "RETRIES", "3", "-e", "base", "--yes").code == 0
    return "RETRIES"


def clean_environ() -> dict[str, str]:
    """This process's environment without anything that Trimtab reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TRIMTAB_")}


def _server_command(environ: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [SERVER, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environ(server: Server, application: str, home: Path) -> dict[str, str]:
    return clean_environ() | {
        "TRIMTAB_URL": server.url,
        "TRIMTAB_TOKEN": server.token,
        "TRIMTAB_APPLICATION": application,
        "HOME": str(home),
    }


def _cli(
    environ: Mapping[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Cli:
    monkeypatch.chdir(folder)
    for name in os.environ:
        if name.startswith("TRIMTAB_"):
            monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call


def _new_application(server: Server) -> str:
    name = f"test-{uuid4().hex[:12]}"
    _post(server, "/api/v1/applications", {"name": name})
    return name


def _post(server: Server, path: str, body: Mapping[str, object]) -> None:
    reply = httpx2.post(
        f"{server.url}{path}",
        json=dict(body),
        headers={"Authorization": f"Bearer {server.token}"},
        trust_env=False,
        verify=False,
    )
    assert reply.status_code == 201, reply.text
