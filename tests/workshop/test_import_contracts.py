"""Each import contract can fail: a copy of the code with one wrong import breaks it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
WRONG = {
    "Server: floors": [
        ("trimtab_server/kernel/wrong.py", "import trimtab_server.infra.database"),
        ("trimtab_server/catalog/wrong.py", "import trimtab_server.config.change"),
        ("trimtab_server/history/wrong.py", "import trimtab_server.delivery"),
        ("trimtab_server/newcomer/__init__.py", ""),
        ("trimtab_server/newcomer.py", ""),
    ],
    "Client: floors": [
        ("trimtab/admin/wrong.py", "import trimtab.migrate"),
        ("trimtab/newcomer.py", ""),
    ],
    "Client and server share no code": [
        ("trimtab/cli/wrong.py", "import trimtab_server.kernel"),
        ("trimtab_server/cli/wrong.py", "import trimtab.errors"),
    ],
    "Server: rooms inside a floor": [
        ("trimtab_server/config/wrong.py", "import trimtab_server.config.routes"),
        ("trimtab_server/config/wrong.py", "import trimtab_server.config.schemas"),
        ("trimtab_server/config/queries_wrong.py", "import trimtab_server.config.schemas"),
        ("trimtab_server/config/models_wrong.py", "import trimtab_server.config.queries"),
        ("trimtab_server/config/wrong.py", "import pydantic"),
    ],
    "No cycles anywhere": [
        ("trimtab_server/config/state.py", "import trimtab_server.config.queries"),
    ],
    "Server: the kernel is pure": [
        ("trimtab_server/kernel/wrong.py", "import sqlalchemy"),
        ("trimtab_server/kernel/wrong.py", "import fastapi"),
        ("trimtab_server/kernel/wrong.py", "import redis"),
        ("trimtab_server/kernel/wrong.py", "import pydantic"),
    ],
    "Client: no server library": [("trimtab/cli/wrong.py", "import fastapi")],
    "Client: only command line and migration import what their extra brings": [
        ("trimtab/profile.py", "import typer"),
    ],
}
CASES = [(contract, *wrong) for contract, wrongs in WRONG.items() for wrong in wrongs]


@pytest.fixture
def lint(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    for source in ("client/src", "server/src", "testing/import_contracts"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / source, tmp_path / source, ignore=ignored)
    shutil.copy(REPOSITORY / ".importlinter", tmp_path)
    (tmp_path / "trimtab").symlink_to("client/src/trimtab")
    (tmp_path / "trimtab_server").symlink_to("server/src/trimtab_server")

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": f"{tmp_path}", "NO_COLOR": "1", "COLUMNS": "200"},
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize(("contract", "file", "line"), CASES)
def test_contract__a_wrong_import__is_broken(
    tmp_path: Path,
    lint: Callable[[], subprocess.CompletedProcess[str]],
    contract: str,
    file: str,
    line: str,
) -> None:
    wrong = tmp_path / file
    wrong.parent.mkdir(exist_ok=True)
    with wrong.open("a", encoding="utf-8") as text:
        text.write(f"\n{line}\n")
    done = lint()
    broken = {
        said.removesuffix(" BROKEN") for said in done.stdout.splitlines() if said.endswith("BROKEN")
    }
    assert done.returncode == 1, done.stdout + done.stderr
    assert contract in broken
