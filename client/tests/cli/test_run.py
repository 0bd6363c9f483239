"""`trimtab run` and `trimtab watch`, as processes of their own."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import httpx2
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


def test_run__program__has_the_environment_and_is_the_same_process(
    begin: Begin, setting: str
) -> None:
    """Options behind the program are its own, and so are the signals that Python ignores."""
    direct = subprocess.run(["grep", "SigIgn", "/proc/self/status"], capture_output=True, text=True)
    code = (
        f"{SHOW}; import sys; print(os.getpid(), sys.argv[1:], flush=True);"
        "import subprocess; subprocess.run(['grep', 'SigIgn', '/proc/self/status'], "
        "restore_signals=False); import signal; signal.pause()"
    )
    shell = f'exec {sys.executable} -c "$0" "$@"'
    process = begin(
        *("run", "-e", "dev", "sh", "-c", "cat /proc/$$/status | grep SigIgn; " + shell, code),
        *("--watch", "-e", "x"),
        RETRIES="9",
        SECRET="x",
    )
    assert line(process.stdout) == direct.stdout.rstrip()
    assert line(process.stdout) == "3 x"
    assert line(process.stdout) == f"{process.pid} ['--watch', '-e', 'x']"
    process.send_signal(signal.SIGUSR1)
    assert ended(process)[0::2] == (-signal.SIGUSR1, "")


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        (["sh", "-c", "exit 7"], 7, ""),
        (["no-such-program"], 127, "There is no program 'no-such-program' in PATH.\n"),
        (["/"], 126, "'/' cannot be executed: Permission denied.\n"),
    ],
)
def test_run__end__is_the_programs_own(
    begin: Begin, setting: str, program: list[str], code: int, said: str
) -> None:
    assert ended(begin("run", "--", *program)) == (code, "", said)


def put_policy(environ: Mapping[str, str], policy: str) -> None:
    """Give RETRIES a source policy in base."""
    reply = httpx2.put(
        f"{environ['TRIMTAB_URL']}/api/v1/config/RETRIES/policy",
        params={"environment": "base", "application": environ["TRIMTAB_APPLICATION"]},
        json={"sourcePolicy": policy},
        headers={"Authorization": f"Bearer {environ['TRIMTAB_TOKEN']}", "If-Match": "*"},
        trust_env=False,
    )
    assert reply.is_success, reply.text


def test_run__shadow_mismatch__is_told_without_values(
    begin: Begin, environ: dict[str, str], setting: str
) -> None:
    put_policy(environ, "shadow")
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


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--signal", "HUP"), "it needs --watch"), (("--watch", "--signal", "nope"), "no signal")],
)
def test_run__signal_that_cannot_be__is_a_usage_mistake(
    refusing_cli: Any, options: tuple[str, ...], words: str
) -> None:
    outcome = refusing_cli("run", *options, "--", "true")
    assert outcome.code == 2
    assert words in outcome.err


def test_run__no_server_and_nothing_kept__starts_nothing(
    refusing_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_URL", "http://127.0.0.1:9")
    outcome = refusing_cli("run", "--", "echo", "started")
    assert (outcome.code, outcome.out) == (4, "")
    assert "Cannot reach the Trimtab server" in outcome.err


def test_run__token_that_is_not_accepted__starts_nothing_and_says_why(
    refusing_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIMTAB_TOKEN", "tt_wrong")
    outcome = refusing_cli("run", "--", "echo", "started")
    assert (outcome.code, outcome.out) == (1, "")
    assert "does not accept this token" in outcome.err


def test_watch__change__is_printed_as_it_comes(begin: Begin, cli: Any, setting: str) -> None:
    as_json = begin("watch", "-e", "base", "--json")
    process = begin("watch", "-e", "base", "RETRIES")
    assert line(process.stdout).startswith("Watching base from revision ")
    assert line(as_json.stderr).startswith("Watching base from revision ")
    assert cli("set", "RETRIES", "5", "-e", "base", "--yes").code == 0
    assert line(process.stdout).endswith("  RETRIES  3 -> 5")
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "", "")
    said = json.loads(line(as_json.stdout))
    assert (said["key"], said["oldValue"], said["newValue"]) == ("RETRIES", 3, 5)
