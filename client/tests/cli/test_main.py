"""The door: what happens before any command, also where the extra is not installed."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trimtab.cli.app import EXIT_CODES, app
from trimtab.cli.exits import ExitCode
from trimtab.cli.negative_values import keep_negative_values
from trimtab.cli.run import run

TRIMTAB = Path(sys.executable).parent / "trimtab"
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv = ["trimtab", "list"]
from trimtab.cli.main import main
main()
"""


@pytest.mark.parametrize("package", ["typer", "rich", "yaml", "dotenv"])
def test_main__package_of_the_extra_missing__says_the_pip_line(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(package=package)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"needs {package}" in done.stderr
    assert "pip install 'trimtab[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_main__another_package_missing__is_not_hidden() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(package="httpx2")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "ModuleNotFoundError" in done.stderr


def test_trimtab__version__prints_it() -> None:
    done = subprocess.run([TRIMTAB, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"trimtab {version('trimtab')}\n"


def test_help__lists_every_command_and_the_exit_codes() -> None:
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert said.exit_code == 0
    for command in ("up", "get", "set", "unset", "list", "history", "diff", "rollback", "promote",
                    "explain", "export", "import", "validate", "define"):  # fmt: skip
        assert f" {command} " in said.output
    assert all(str(int(code)) in EXIT_CODES for code in ExitCode)


@pytest.mark.parametrize(
    "arguments",
    [
        ["gett"], ["--bogus"], ["set"], ["set", "KEY"], ["set", "A", "B", "C"], ["get"],
        ["diff", "base"], ["history", "KEY", "--limit", "0"], ["history", "K", "--limit", "many"],
        ["export", "--format", "ini"], ["define", "KEY", "--type", "float"],
        ["rollback", "KEY", "--version", "x"], ["up", "--port", "99999"], ["import"],
    ],
)  # fmt: skip
def test_run__wrong_usage__is_one_sentence_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert "--help` shows how it is used." in said.err
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize("command", ["get", "set", "unset", "list", "history", "diff", "rollback",
                                     "promote", "explain", "export", "import", "validate",
                                     "define", "up"])  # fmt: skip
def test_help__of_every_command__says_what_it_does(command: str) -> None:
    said = CliRunner().invoke(app, [command, "--help"])
    assert said.exit_code == 0
    assert "Usage" in said.output


def test_run__unexpected_defect__shows_its_kind_but_neither_text_nor_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIMTAB_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("TRIMTAB_TOKEN", "tt_x")

    def defect(*_: object, **__: object) -> None:
        raise LookupError("something that quotes a value")

    monkeypatch.setattr("trimtab.admin.Admin.entity", defect)
    assert run(["get", "KEY"]) == ExitCode.REFUSED
    said = capsys.readouterr().err
    assert "LookupError" in said
    assert "TRIMTAB_DEBUG=1" in said
    assert "quotes" not in said
    assert "Traceback" not in said
    monkeypatch.setenv("TRIMTAB_DEBUG", "1")
    run(["get", "KEY"])
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["set", "A", "-5", "-e", "dev"], ["set", "A", "-e", "dev", "--", "-5"]),
        (
            ["set", "-e", "dev", "A", "-.5", "--yes"],
            ["set", "-e", "dev", "A", "--yes", "--", "-.5"],
        ),
        (["set", "A", "-1e5", "-e", "dev"], ["set", "A", "-e", "dev", "--", "-1e5"]),
        (["validate", "A", "-5"], ["validate", "A", "--", "-5"]),
        (["set", "A", "--", "-5"], ["set", "A", "--", "-5"]),
        (["set", "A", "5", "-m", "-3 degrees"], ["set", "A", "5", "-m", "-3 degrees"]),
        (["define", "A", "--min", "-5"], ["define", "A", "--min", "-5"]),
        (["set", "A", "-x"], ["set", "A", "-x"]),
        ([], []),
    ],
)
def test_keep_negative_values__moves_the_value_behind_the_options(
    given: list[str], kept: list[str]
) -> None:
    assert keep_negative_values(given) == kept
