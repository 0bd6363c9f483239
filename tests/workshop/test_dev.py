"""`./dev` on machines that lack something says what, in one sentence."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

DEV = Path(__file__).parents[2] / "dev"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DEV_")}
    return subprocess.run(
        [DEV, *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH on which there is no Python, only what the script itself calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "cksum", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def test_dev__without_a_command__shows_them_all() -> None:
    done = run()
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in ("up", "test", "check", "bench", "lock"))


def test_dev__unknown_command__names_it() -> None:
    done = run("fly")
    assert done.returncode == 2
    assert "there is no command 'fly'" in done.stderr


def test_dev__no_python__says_what_is_needed(tools: Path, tmp_path: Path) -> None:
    done = run("up", PATH=str(tools), DEV_VENV=str(tmp_path / "venv"))
    assert done.returncode == 2
    assert "Python 3.11 or newer, with venv, is needed and was not found" in done.stderr


def test_dev__python_too_old_or_a_dead_shim__counts_as_none(tools: Path, tmp_path: Path) -> None:
    for name in ("python3", "python3.13"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    done = run("up", PATH=str(tools), DEV_VENV=str(tmp_path / "venv"))
    assert done.returncode == 2
    assert "was not found" in done.stderr


def test_dev__python_given_that_will_not_do__names_it(tmp_path: Path) -> None:
    done = run("up", DEV_PYTHON="/bin/false", DEV_VENV=str(tmp_path / "venv"))
    assert done.returncode == 2
    assert "DEV_PYTHON=/bin/false" in done.stderr


def test_dev__something_else_where_the_environment_goes__is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years")
    done = run("up", DEV_VENV=str(tmp_path))
    assert done.returncode == 2
    assert "is in the way" in done.stderr
    assert (tmp_path / "thesis.txt").exists()


def test_dev__no_index_within_reach__says_so(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    done = run(
        "up",
        DEV_VENV=str(tmp_path / "a folder" / "venv"),
        PIP_INDEX_URL=nowhere,
        PIP_CONFIG_FILE=os.devnull,
        PIP_RETRIES="0",
        UV_DEFAULT_INDEX=nowhere,
        UV_CACHE_DIR=str(tmp_path / "cache"),
    )
    assert done.returncode == 2
    assert "Is the package index within reach?" in done.stderr


@pytest.fixture
def pytest_arguments(tmp_path: Path) -> Callable[..., list[str]]:
    """What `./dev test ...` gives to pytest, told by an environment whose Python repeats it."""
    venv, here = tmp_path / "venv", DEV.parent
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin/python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    files = ("requirements/dev.lock", "client/pyproject.toml", "server/pyproject.toml")
    made_from = f"{here}\n{venv}\n".encode() + b"".join((here / one).read_bytes() for one in files)
    stamp = subprocess.run(["cksum"], input=made_from, check=True, capture_output=True).stdout
    (venv / "dev-ready.dev").write_bytes(stamp)

    def ask(*arguments: str) -> list[str]:
        return run("test", *arguments, DEV_VENV=str(venv)).stdout.splitlines()

    return ask


@pytest.mark.parametrize("given", [[], ["-q", "-m", "smoke"], ["-n", "0"]])
def test_dev_test__all_tests__share_the_cores(
    pytest_arguments: Callable[..., list[str]], given: list[str]
) -> None:
    said = pytest_arguments(*given)
    assert said[:4] == ["-m", "pytest", "--numprocesses", "logical"]
    assert said[len(said) - len(given) :] == given


@pytest.mark.parametrize("given", ["tests/workshop", "tests/workshop/test_dev.py::test_x", "--pdb"])
def test_dev_test__a_path_or_the_terminal_asked_for__is_one_process(
    pytest_arguments: Callable[..., list[str]], given: str
) -> None:
    assert pytest_arguments("-q", given) == ["-m", "pytest", "-q", given]
