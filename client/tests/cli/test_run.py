"""`trimtab run` and `trimtab watch`, as processes of their own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

TRIMTAB = Path(sys.executable).parent / "trimtab"
SHOW = "import os; print(os.environ.get('RETRIES'), os.environ.get('SECRET'), flush=True)"
STAY = f"{SHOW}; import signal; signal.pause()"

Begin = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def begin(environ: dict[str, str], tmp_path: Path) -> Iterator[Begin]:
    """Start a command line of `trimtab`."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [TRIMTAB, *arguments],
            env={**environ, **variables},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().rstrip("\n")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_run__program__has_the_environment_and_nothing_else_is_said(
    begin: Begin, setting: str
) -> None:
    process = begin("run", "-e", "dev", "--", sys.executable, "-c", SHOW, RETRIES="9", SECRET="x")
    assert ended(process) == (0, "3 x\n", "")


def test_run__without_watch__is_the_program_itself(begin: Begin, setting: str) -> None:
    code = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    process = begin("run", "--", sys.executable, "-c", code)
    assert int(line(process.stdout)) == process.pid
    process.send_signal(signal.SIGUSR1)
    assert process.wait(20) == -signal.SIGUSR1


@pytest.mark.parametrize("watch", [(), ("--watch",)])
@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        (["sh", "-c", "exit 7"], 7, ""),
        (["no-such-program"], 127, "There is no program 'no-such-program' in PATH.\n"),
        (["/"], 126, "'/' cannot be executed: Permission denied.\n"),
    ],
)
def test_run__end__is_the_programs_own(
    begin: Begin, setting: str, watch: tuple[str, ...], program: list[str], code: int, said: str
) -> None:
    assert ended(begin("run", *watch, "--", *program)) == (code, "", said)


def test_run__options_behind_the_program__are_the_programs(begin: Begin, setting: str) -> None:
    assert ended(begin("run", "echo", "--watch", "-e", "x"))[1] == "--watch -e x\n"


def test_run__signals_that_python_ignores__are_as_usual_in_the_program(
    begin: Begin, setting: str
) -> None:
    direct = subprocess.run(
        ["grep", "SigIgn", "/proc/self/status"], capture_output=True, text=True, check=True
    )
    assert ended(begin("run", "--", "grep", "SigIgn", "/proc/self/status"))[1] == direct.stdout


def test_run__shadow_mismatch__is_told_without_values(begin: Begin, cli: Any, setting: str) -> None:
    assert cli("define", "RETRIES", "--policy", "shadow", "-e", "base", "--yes").code == 0
    code, out, err = ended(
        begin("run", "-e", "base", "--", sys.executable, "-c", SHOW, RETRIES="9")
    )
    assert (code, out) == (0, "9 None\n")
    assert (
        err
        == "RETRIES: the environment and the store differ; the environment's is used (shadow).\n"
    )


def test_run__watch__starts_again_with_the_new_value(begin: Begin, cli: Any, setting: str) -> None:
    process = begin(
        "run", "-e", "base", "--watch", "--debounce", "0.05", "--", sys.executable, "-c", STAY
    )
    assert line(process.stdout) == "3 None"
    assert cli("set", "RETRIES", "5", "-e", "base", "--yes").code == 0
    assert line(process.stdout) == "5 None"
    assert line(process.stderr) == "Changed: RETRIES; starting the program again."
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM


def test_run__watch_with_a_signal__sends_it(begin: Begin, cli: Any, setting: str) -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, lambda *_: print('HUP', flush=True));"
        "print('up', flush=True)\nwhile True: signal.pause()"
    )
    process = begin(
        "run",
        "-e",
        "base",
        "--watch",
        "--signal",
        "hup",
        "--debounce",
        "0.05",
        "--",
        sys.executable,
        "-c",
        code,
    )
    assert line(process.stdout) == "up"
    assert cli("set", "RETRIES", "5", "-e", "base", "--yes").code == 0
    assert line(process.stdout) == "HUP"


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--signal", "HUP"), "it needs --watch"), (("--watch", "--signal", "nope"), "no signal")],
)
def test_run__signal_that_cannot_be__is_a_usage_mistake(
    begin: Begin, setting: str, options: tuple[str, ...], words: str
) -> None:
    code, _, err = ended(begin("run", *options, "--", "true"))
    assert code == 2
    assert words in err


def test_run__no_server_and_nothing_kept__starts_nothing(
    begin: Begin, setting: str, tmp_path: Path
) -> None:
    process = begin("run", "--", "echo", "started", TRIMTAB_URL="http://127.0.0.1:9")
    code, out, err = ended(process)
    assert (code, out) == (4, "")
    assert "No server answers" in err


def test_watch__change__is_printed_as_it_comes(begin: Begin, cli: Any, setting: str) -> None:
    process = begin("watch", "-e", "base", "RETRIES")
    assert line(process.stdout).startswith("Watching base from revision ")
    assert cli("set", "RETRIES", "5", "-e", "base", "--yes").code == 0
    assert line(process.stdout).endswith("  RETRIES  3 -> 5")
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "", "")


def test_watch__json__one_object_a_line(begin: Begin, cli: Any, setting: str) -> None:
    process = begin("watch", "-e", "base", "--json")
    assert line(process.stderr).startswith("Watching base")
    assert cli("set", "RETRIES", "5", "-e", "base", "--yes").code == 0
    said = json.loads(line(process.stdout))
    assert (said["key"], said["oldValue"], said["newValue"]) == ("RETRIES", 3, 5)
