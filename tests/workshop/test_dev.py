"""`./dev` on machines that lack something says what, in one sentence."""

import os
import shutil
import subprocess
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
