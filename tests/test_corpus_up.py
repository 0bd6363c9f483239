"""`trimtab up` on real env files: it works, and no credential of theirs reaches the store.

The files belong to other projects and are read where they lie, beside the repository.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from dotenv import dotenv_values

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
PROJECTS = sorted(path.parent.name for path in CORPUS.glob("*/labels.json"))
if not os.environ.get("TRIMTAB_LONG_TESTS"):  # all of them: TRIMTAB_LONG_TESTS=1 ./dev test tests
    PROJECTS = PROJECTS[::3]  # the same way in, without the processes, is tested with every one
SEED = CORPUS.parent / "seed-keys.json"
EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "assistant" / ".env.example"
LONG_ENOUGH = 8


ABSENT = pytest.mark.skip(reason="no real env files lie beside the repository")


@pytest.mark.parametrize("project", PROJECTS or [pytest.param("none", marks=ABSENT)])
def test_up__real_env_file__stores_no_credential(project: str, tmp_path: Path) -> None:
    folder = CORPUS / project
    labels = json.loads((folder / "labels.json").read_text())["keys"]
    secret = {one["key"] for one in labels if one["class"] == "secret" and not one.get("ambiguous")}

    output = run_up(folder / "env", tmp_path)

    assert "Traceback" not in output
    stored = keys_in(tmp_path / "data" / "trimtab.sqlite3")
    assert stored, "something was moved in"
    assert not stored & secret
    held = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("*.sqlite3*"))
    values = dotenv_values(folder / "env", interpolate=False)
    text = (folder / "env").read_text()
    unique = {value for value, count in Counter(values.values()).items() if value and count == 1}
    for key in secret & values.keys():
        value = values[key] or ""
        if len(value) >= LONG_ENOUGH and value in unique and text.count(value) == 1:
            assert value.encode() not in held, f"the value of {key} is in the database file"


def test_up__the_example__moves_every_key_to_where_it_belongs(tmp_path: Path) -> None:
    if not SEED.exists():
        pytest.skip("the list of the example's keys does not lie beside the repository")
    wanted = {
        one["key"]: one for one in json.loads(SEED.read_text())["keys"] if one["goesToDatabase"]
    }
    run_up(EXAMPLE, tmp_path)
    stored = definitions_in(tmp_path / "data" / "trimtab.sqlite3")
    assert set(stored) == set(wanted)
    for key, definition in stored.items():
        assert (key, definition["type"]) == (key, wanted[key]["type"])
        rules = wanted[key]["validationRules"]
        assert (key, {**definition["validationRules"], **rules}) == (
            key,
            definition["validationRules"],
        )


def run_up(env_file: Path, folder: Path) -> str:
    """Start `trimtab up` as a person would, wait for its last line, interrupt it."""
    command = [sys.executable, "-m", "trimtab.cli", "up", "--yes"]
    command += ["--env-file", str(env_file), "--data-dir", str(folder / "data")]
    command += ["--port", str(free_port())]
    environment = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    lines = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                running.send_signal(signal.SIGINT)
    output = "".join(lines)
    assert "Ctrl-C" in output, output
    return output


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def keys_in(database: Path) -> set[str]:
    """Every key that stands anywhere in settings or history."""
    with closing(sqlite3.connect(database)) as connection:
        settings = connection.execute("SELECT key FROM setting").fetchall()
        items = connection.execute("SELECT key FROM change_item WHERE key IS NOT NULL").fetchall()
    return {key for (key,) in [*settings, *items]}


def definitions_in(database: Path) -> dict[str, dict[str, object]]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT key, definition FROM setting").fetchall()
    return {key: json.loads(definition) for key, definition in rows}
