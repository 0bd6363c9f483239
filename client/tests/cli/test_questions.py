"""Questions before something is written, on a real terminal."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from .conftest import Cli

pytestmark = pytest.mark.timeout(60)

TRIMTAB = Path(sys.executable).parent / "trimtab"


class Terminal:
    """A command on a terminal of 80 columns."""

    def __init__(self, arguments: tuple[str, ...], environ: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [TRIMTAB, *arguments], env=environ | {"COLUMNS": "80", "TERM": "xterm"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.said = ""

    def read_until(self, text: str) -> None:
        while text not in self.said:
            chunk = self._read()
            assert chunk, f"it ended before it said {text!r}: {self.said}"

    def answer(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def interrupt(self) -> None:
        """As often as it takes: between its question and waiting for the answer, Python hears a
        Ctrl-C only when the next one wakes it."""
        for _ in range(10):
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(3)
                return

    def end(self) -> int:
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(30)

    def _read(self) -> str:
        try:
            chunk = os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # how Linux says that the other side is closed
            return ""
        self.said += chunk
        return chunk


Open = Callable[..., Terminal]


@pytest.fixture
def terminal(environ: dict[str, str]) -> Iterator[Open]:
    opened: list[Terminal] = []

    def call(*arguments: str) -> Terminal:
        opened.append(Terminal(arguments, environ))
        return opened[-1]

    yield call
    for one in opened:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_set__yes_on_a_terminal__writes(cli: Cli, setting: str, terminal: Open) -> None:
    command = terminal("set", setting, "4", "-e", "dev")
    command.read_until("[y/N]:")
    assert "RETRIES in dev: 3 (inherited from base) -> 4" in command.said
    command.answer("y\n")
    assert command.end() == 0
    assert cli("get", setting, "-e", "dev").out == "4\n"


@pytest.mark.parametrize("answer", ["n\n", "\n", "nonsense\nn\n"])
def test_set__anything_but_yes__writes_nothing(
    cli: Cli, setting: str, terminal: Open, answer: str
) -> None:
    command = terminal("set", setting, "4", "-e", "dev")
    command.read_until("[y/N]:")
    command.answer(answer)
    assert command.end() == 1
    assert "Nothing was written" in command.said
    assert cli("get", setting, "-e", "dev").out == "3\n"


def test_set__interrupted_at_the_question__ends_with_130(
    cli: Cli, setting: str, terminal: Open
) -> None:
    command = terminal("set", setting, "4", "-e", "dev")
    command.read_until("[y/N]:")
    command.interrupt()
    assert command.end() == 130
    assert "Traceback" not in command.said
    assert cli("get", setting, "-e", "dev").out == "3\n"


def test_set__changed_by_another_while_asked__says_what_moved_and_writes_nothing(
    cli: Cli, setting: str, terminal: Open
) -> None:
    command = terminal("set", setting, "4", "-e", "dev")
    command.read_until("[y/N]:")
    assert cli("set", setting, "1", "-e", "dev", "--yes").code == 0
    command.answer("y\n")
    assert command.end() == 1
    words = " ".join(command.said.split())
    assert "was changed meanwhile" in words
    assert "it was 3 and is 1" in words
    assert cli("get", setting, "-e", "dev").out == "1\n"


def test_list__on_a_terminal_of_80_columns__keeps_keys_whole(cli: Cli, terminal: Open) -> None:
    key = "ELEVENLABS_HEALTH_CHECK_INTERVAL_MS_AND_SOME_MORE"
    cli("define", key, "--type", "string", "--default", "a value of many words " * 8, "--yes")
    command = terminal("list")
    assert command.end() == 0
    lines = [line.rstrip() for line in command.said.splitlines()]
    assert any(key in line for line in lines)
    assert len(lines) > 3  # the value is wrapped, not cut


def test_get__control_characters__reach_a_pipe_but_no_terminal(cli: Cli, terminal: Open) -> None:
    cli("define", "TITLE", "--type", "string", "--yes")
    assert cli("set", "TITLE", "a\x1b[31mb", "-e", "base", "--yes").code == 0
    assert cli("get", "TITLE").out == "a\x1b[31mb\n"
    command = terminal("get", "TITLE")
    assert command.end() == 0
    assert "\x1b" not in command.said
    assert "\\x1b" in command.said
