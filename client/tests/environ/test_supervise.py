"""A program under a supervisor: started, told of changes, ended; never left alone."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

DRIVER = Path(__file__).parent / "supervised.py"

# Prints a line at start and at each signal, ends at SIGTERM with 7; SIGINT as Python does it.
# Without a buffer: a signal may come while a line is being written.
PROGRAM = """
import os, signal, sys, time
def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def told(number, frame):
    say(signal.Signals(number).name, os.environ.get("LEVEL"))
    if number == signal.SIGTERM:
        sys.exit(7)
for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"):
    signal.signal(getattr(signal, name), told)
try:
    say("started", os.getpid(), os.environ.get("LEVEL"))
    while True:
        time.sleep(0.1)  # and not for ever: a signal may come just before
except KeyboardInterrupt:
    say("interrupted")
    raise
"""

Start = Callable[..., "Running"]


class Running:
    """A supervisor and the lines that it and its program say."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        return _line(self.process.stdout)

    def said(self) -> str:
        return _line(self.process.stderr)

    def set(self, **variables: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(variables)}\n")
        self.process.stdin.flush()

    def child(self) -> int:
        """The program's process id, from the line it says when it starts."""
        word, pid, _ = self.line().split()
        assert word == "started"
        return int(pid)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a program under a supervisor with a debounce of 20 ms."""
    running = []

    def begin(*program: str, **options: object) -> Running:
        process = subprocess.Popen(
            [
                sys.executable,
                DRIVER,
                json.dumps({"debounce_seconds": 0.02, **options}),
                *(program or (sys.executable, "-c", PROGRAM)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LEVEL": "1"},
        )
        running.append(process)
        return Running(process)

    yield begin
    for process in running:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize(
    ("code", "expected"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)]
)
def test_supervisor__program_ends_by_itself__ends_with_its_code(
    start: Start, code: str, expected: int
) -> None:
    running = start(sys.executable, "-c", code)
    assert running.process.wait(20) == expected


def test_supervisor__change__starts_the_program_again(start: Start) -> None:
    running = start()
    first = running.child()
    running.set(LEVEL="2")
    assert running.line() == "SIGTERM 1"
    assert running.line().split()[0::2] == ["started", "2"]
    assert running.said() == "Changed: LEVEL; starting the program again."
    assert not _is_alive(first)


def test_supervisor__many_changes_at_once__one_start(start: Start) -> None:
    running = start(debounce_seconds=0.3)
    running.child()
    for number in range(20):
        running.set(LEVEL=str(number))
    assert running.line() == "SIGTERM 1"
    assert running.line().endswith(" 19")
    running.process.send_signal(signal.SIGTERM)
    assert running.line() == "SIGTERM 19"


def test_supervisor__change_that_changes_nothing__leaves_the_program_alone(start: Start) -> None:
    running = start()
    running.child()
    running.set(LEVEL="1")
    running.set(OTHER="x")
    assert running.said().startswith("Changed: OTHER;")


def test_supervisor__change_with_a_signal__sends_it(start: Start) -> None:
    running = start(signal=signal.SIGHUP.value)
    pid = running.child()
    running.set(LEVEL="2")
    assert running.line() == "SIGHUP 1"  # whoever wants the new value asks for a restart
    assert running.said() == "Changed: LEVEL; sending it SIGHUP."
    assert _is_alive(pid)


@pytest.mark.parametrize("name", ["SIGHUP", "SIGUSR1", "SIGUSR2"])
def test_supervisor__signal__reaches_the_program(start: Start, name: str) -> None:
    running = start()
    running.child()
    running.process.send_signal(signal.Signals[name])
    assert running.line() == f"{name} 1"


def test_supervisor__terminated__ends_when_the_program_does_with_its_code(start: Start) -> None:
    running = start()
    pid = running.child()
    running.process.terminate()
    assert running.process.wait(20) == 7
    assert not _is_alive(pid)


def test_supervisor__program_that_ignores_the_end__is_killed_after_the_grace(start: Start) -> None:
    stubborn = PROGRAM.replace("sys.exit(7)", "pass")
    running = start(sys.executable, "-c", stubborn, grace_seconds=0.1)
    running.child()
    running.set(LEVEL="2")
    running.line()
    assert running.line().split()[0::2] == ["started", "2"]
    running.said()
    assert running.said() == "The program did not end within 0.1 s of SIGTERM; it is killed."


def test_supervisor__terminated_while_it_starts_again__starts_nothing(start: Start) -> None:
    stubborn = PROGRAM.replace("sys.exit(7)", "pass")
    running = start(sys.executable, "-c", stubborn, grace_seconds=1)
    running.child()
    running.set(LEVEL="2")
    assert running.line() == "SIGTERM 1"
    running.process.terminate()
    assert running.process.wait(20) == 137
    assert "started" not in running.process.stdout.read()  # type: ignore[union-attr]


def test_supervisor__killed__takes_the_program_with_it(start: Start) -> None:
    running = start()
    pid = running.child()
    running.process.kill()
    _until(lambda: not _is_alive(pid))


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("missing", None, 127, "There is no program"),
        ("plain", "no program", 126, "cannot be executed"),
        ("lying", "#!/no/such/interpreter\n", 126, "names an interpreter"),
    ],
)
def test_supervisor__program_that_cannot_start__says_so(
    start: Start, tmp_path: Path, name: str, content: str | None, code: int, words: str
) -> None:
    program = tmp_path / name
    if content is not None:
        program.write_text(content)
        program.chmod(0o755)
    running = start(str(program))
    assert running.process.wait(20) == code
    assert words in running.said()


def test_supervisor__missing_program_without_a_path__is_looked_for_in_path(start: Start) -> None:
    running = start("trimtab-no-such-program")
    assert running.process.wait(20) == 127
    assert running.said() == "There is no program 'trimtab-no-such-program' in PATH."


def test_supervisor__ctrl_c_on_a_terminal__interrupts_the_program_once() -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, str(DRIVER), "{}", sys.executable, "-c", PROGRAM])
    try:
        said = _read_until(terminal, b"\n")
        os.write(terminal, b"\x03")
        said += _read_until(terminal, None)
        _, status = os.waitpid(pid, 0)
    finally:
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGINT
    assert said.count(b"interrupted") == 1
    assert said.count(b"KeyboardInterrupt\r\n") == 1


def _read_until(terminal: int, word: bytes | None) -> bytes:
    """What the terminal shows up to `word`; None: to the end."""
    said = b""
    while word is None or word not in said:
        ready, _, _ = select.select([terminal], [], [], 20)
        assert ready, said
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other side is closed
            return said
        if not chunk:
            return said
        said += chunk
    return said


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
