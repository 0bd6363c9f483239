"""`trimtab up` as a newcomer runs it: real processes, real signals, a real terminal."""

import fcntl
import os
import pty
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from .conftest import clean_environ

pytestmark = pytest.mark.timeout(120)

BIN = Path(sys.executable).parent
ENV = """\
# How often to try again (0-5)
RETRY_LIMIT=3
ENABLE_CACHE=true
# The model to talk to
CHAT_MODEL=gpt-4
OPENAI_API_KEY=replace-me-please
DB_HOST=localhost
"""
READY = "Ctrl-C stops it."
ENDS_WITHIN_SECONDS = 3.0


@dataclass
class Up:
    """A running `trimtab up` and what it has said so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in iter(self.process.stdout.readline, ""):
            self.said.append(line)
            if text in line:
                return "".join(self.said)
        raise AssertionError(f"it ended before it said {text!r}: {''.join(self.said)}")

    def end(self, number: signal.Signals) -> float:
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - started


Start = Callable[..., Up]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return clean_environ() | {"COLUMNS": "100", "HOME": str(tmp_path), "PATH": path}


@pytest.fixture
def start(tmp_path: Path, environ: dict[str, str]) -> Iterator[Start]:
    """Start `trimtab up` in the test's folder, without a terminal; it is stopped afterwards."""
    started: list[Up] = []

    def call(*arguments: str, **more: str) -> Up:
        process = subprocess.Popen(
            [BIN / "trimtab", "up", *arguments], cwd=tmp_path, env=environ | more,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append(Up(process))
        return started[-1]

    yield call
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
        assert up.process.stdout is not None
        up.process.stdout.close()


def _trimtab(tmp_path: Path, environ: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [BIN / "trimtab", *arguments], cwd=tmp_path, env=environ,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_up__on_a_terminal_then_without__asks_moves_in_and_then_only_compares(
    start: Start, tmp_path: Path, environ: dict[str, str]
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(ENV)
    data_dir = tmp_path / "data"
    ours, theirs = pty.openpty()
    first = subprocess.Popen(
        [BIN / "trimtab", "up", "--port", "0", "--data-dir", "data"], cwd=tmp_path, env=environ,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=_own_terminal,
    )  # fmt: skip
    os.close(theirs)
    try:
        asked = _read_until(ours, "[y/N]:")
        os.write(ours, b"y\n")
        said = asked + _read_until(ours, READY)
        _check_first_run(said, data_dir)
        _run_printed_commands(said, tmp_path, environ)
        second = start("--port", "0", "--data-dir", "data")
        second.read_until("runs already")
        assert second.process.wait(30) == 1
    finally:
        started = time.monotonic()
        os.write(ours, b"\x03")  # Ctrl-C as the terminal sends it: to every process in front
        said = _read_until(ours, "Stopped.")
        first.wait(30)
        lasted = time.monotonic() - started
        os.close(ours)
    assert (first.returncode, "Traceback" in said) == (0, False)
    assert lasted < ENDS_WITHIN_SECONDS

    env_file.write_text(ENV.replace("LIMIT=3", "LIMIT=5").replace("CACHE=true", "CACHE=1"))
    environ["TRIMTAB_DATA_DIR"] = str(data_dir)
    third = start("--port", "0")
    said = third.read_until(READY)
    assert "\x1b" not in said
    difference = next(line for line in said.splitlines() if line.startswith("RETRY_LIMIT"))
    assert difference.split() == ["RETRY_LIMIT", "5", "3"]
    assert "ENABLE_CACHE" not in said  # 1 and true are the same switch
    docs = next(line.split()[-1] for line in said.splitlines() if "/docs" in line)
    assert httpx2.get(docs, trust_env=False).status_code == 200
    assert _trimtab(tmp_path, environ, "get", "RETRY_LIMIT") == "3\n"
    command = said.split("To take over what the file says: ")[1].splitlines()[0]
    assert command == "trimtab import .env --environment base"
    assert "Pass --yes" in _trimtab(tmp_path, environ, *shlex.split(command)[1:])
    _trimtab(tmp_path, environ, *shlex.split(command)[1:], "--yes")
    assert _trimtab(tmp_path, environ, "get", "RETRY_LIMIT") == "5\n"
    assert third.end(signal.SIGTERM) < ENDS_WITHIN_SECONDS
    assert third.process.returncode == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(docs, trust_env=False)


def _check_first_run(said: str, data_dir: Path) -> None:
    rows = {line.split()[0]: line for line in said.splitlines() if line.strip()}
    assert rows["RETRY_LIMIT"].split()[1:7] == ["database", "integer", "min", "0,", "max", "5"]
    assert "environment" in rows["OPENAI_API_KEY"]
    assert "credential" in rows["OPENAI_API_KEY"]
    assert "environment" in rows["DB_HOST"]
    assert "replace-me-please" not in said
    assert "3 keys for the database, 2 stay in the environment." in said
    assert str(data_dir / "profile.json") in said
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    for name in ("profile.json", "server.log", "trimtab.sqlite3"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600, name


def _run_printed_commands(said: str, folder: Path, environ: dict[str, str]) -> None:
    commands = [line.strip() for line in said.split("Try next")[1].splitlines()[1:4]]
    assert all(line.startswith(f"TRIMTAB_DATA_DIR={folder / 'data'} trimtab") for line in commands)
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=folder, env=environ,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr}"


def _own_terminal() -> None:
    """In the child: the pseudo-terminal is its controlling one, so that Ctrl-C means something."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_up__port_in_use__is_one_sentence_naming_the_option(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        up = start("--port", port)
        said = up.read_until("--port")
        assert up.process.wait(30) == 1
    assert said.startswith(f"Port {port} is in use already")
    assert len(said.splitlines()) == 1


def test_up__broken_database__shows_the_servers_last_lines(start: Start, tmp_path: Path) -> None:
    (tmp_path / ".trimtab").mkdir()
    (tmp_path / ".trimtab" / "trimtab.sqlite3").write_bytes(b"this is no database" * 500)
    up = start("--port", "0")
    said = up.read_until("the last lines")
    rest = up.process.stdout.read() if up.process.stdout else ""
    assert up.process.wait(30) == 1
    assert str(tmp_path / ".trimtab" / "server.log") in said
    assert rest.strip()
    assert "Traceback" not in said + rest


def test_up__env_file_with_broken_lines__names_them_before_anything_is_started(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "app.env").write_text(f"{ENV}this is no assignment\n")
    up = start("--env-file", "app.env", "--port", "0")
    said = up.read_until("app.env:8:")
    assert up.process.wait(30) == 1
    assert "nothing was taken over" in said
    assert not (tmp_path / ".trimtab" / "trimtab.sqlite3").exists()


@pytest.mark.parametrize("name", ["missing.env", "folder"])
def test_up__env_file_that_is_none__is_one_sentence(
    start: Start, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    up = start("--env-file", name, "--port", "0")
    assert len(up.read_until(name).splitlines()) == 1
    assert up.process.wait(30) == 1


def test_up__data_dir_is_a_file__says_so(start: Start, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    up = start("--data-dir", "taken")
    assert "--data-dir" in up.read_until("is a file")
    assert up.process.wait(30) == 1


def test_up__interrupted_while_it_starts__ends_at_once_with_130(start: Start) -> None:
    up = start("--port", "0")
    up.read_until("Starting Trimtab")
    assert up.end(signal.SIGINT) < ENDS_WITHIN_SECONDS
    assert up.process.returncode == 130


def _read_until(terminal: int, text: str) -> str:
    said = ""
    while text not in said:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        said += chunk.decode(errors="replace")
    assert text in said, said
    return said


def test_up__killed_without_a_word__leaves_no_server_behind(start: Start, tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text(ENV)
    up = start("--port", "0", "--data-dir", "data", "--env-file", "settings.env", "--yes")
    url = re.search(r"http://\S+", up.read_until(READY))
    assert url is not None
    up.end(signal.SIGKILL)
    deadline = time.monotonic() + 10
    with httpx2.Client(trust_env=False) as client:
        while time.monotonic() < deadline:
            try:
                client.get(f"{url[0]}/livez")
            except httpx2.TransportError:
                return
    raise AssertionError("the server runs on")


def test_main__interrupted_while_it_imports__ends_without_a_traceback() -> None:
    code = (
        "import os, signal, sys; sys.argv = ['trimtab', 'list']\n"
        "import trimtab.cli.main as main\n"
        "main._load = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "main.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")
