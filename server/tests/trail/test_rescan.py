"""What came in before a rule knew it, or around the server, is found where it lies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from engine_driver import Driver
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.change import commit_changes
from trimtab_server.config.edits import (
    CreateSetting,
    Idempotency,
    Place,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.infra.database import Database
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.kingfisher import is_installed, load_kingfisher
from trimtab_server.trail.rescan import Found, rescan

SERVER = Path(sys.executable).parent / "trimtab-server"
KNOWN = "AKIA" + "ABCDEFGHIJKLMNOP"
GUESS = "q7Zp2LxV9sKd4RtW8yBn3HcJ6mFg5TaE1uQo0PvX"


async def _filled(database: Database) -> tuple[Driver, str]:
    """A store as it usually is, with something in every table."""
    driver = Driver(database)
    name = await driver.new_application()
    rules = {"enum": ["small", "large"]}
    await driver.must(
        name,
        [
            CreateSetting(
                Place("MODEL", "base"), {"type": "enum", "validationRules": rules}, "small"
            ),
            CreateSetting(Place("LIMITS", "base"), {"type": "json"}, {"tokens": 5, "by": ["a"]}),
            CreateSetting(
                Place("GREETING", "base"), {"type": "string", "description": "Said first."}, "Hello"
            ),
            CreateSetting(
                Place("SOME_TOKEN", "base"),
                {"type": "string", "isSecret": True},
                "env://SOME_TOKEN",
            ),
        ],
    )
    change = driver.prepared(
        name,
        [SetValue(Place("GREETING", "dev"), "Hi")],
        idempotency=Idempotency("somebody", "a-request", "00"),
        show=(("GREETING", "dev"),),
    )
    await commit_changes(database, name, [change])
    await driver.must(name, [SetPolicy(Place("GREETING", "prod"), SourcePolicy.SHADOW)])
    await driver.must(name, [RemoveValue(Place("GREETING", "dev"))])
    return driver, name


async def _found(database: Database, detect: Any = None) -> list[Found]:
    await fold_out_of_band(database)
    async with database.read() as connection:
        return await rescan(connection, detect)


async def test_rescan__ordinary_store__finds_nothing(database: Database) -> None:
    await _filled(database)
    assert await _found(database) == []


PLANTED = {
    "value": "UPDATE configuration SET value = '\"{}\"' WHERE value = '\"Hello\"'",
    "definition": "UPDATE setting SET definition = replace(definition, 'Said first.', '{}')",
    "history": "UPDATE change_item SET old = '\"{}\"' WHERE old = '\"Hi\"'",
    "comment": "UPDATE change SET comment = 'see {}' WHERE revision = 2",
    "kept-answer": "UPDATE idempotency_record SET outcome = replace(outcome, '\"Hi\"', '\"{}\"')",
}


@pytest.mark.parametrize("where", PLANTED)
@pytest.mark.parametrize(
    ("secret", "rule"), [(KNOWN, "aws-access-key-id"), (GUESS, "random-string")]
)
async def test_rescan__planted_around_the_server__is_found_and_never_said(
    database: Database, where: str, secret: str, rule: str
) -> None:
    await _filled(database)
    async with database.write() as connection:
        await connection.execute(text(PLANTED[where].format(secret).replace(":", "\\:")))
    found = await _found(database)
    assert (where, rule) in {(one.where.value, one.rule) for one in found}
    assert all(one.doubtful is (secret is GUESS) for one in found)
    assert secret not in repr(found)
    keyed = {one.key for one in found if one.where.value in {"value", "definition", "history"}}
    assert keyed <= {"GREETING"}


async def test_rescan__what_was_vouched_for__is_left_out(database: Database) -> None:
    driver, name = await _filled(database)
    await driver.must(name, [SetValue(Place("GREETING", "dev", override="a voice id"), GUESS)])
    assert await _found(database) == []
    await driver.must(name, [SetValue(Place("GREETING", "prod"), GUESS)])
    assert await _found(database) == []


async def test_rescan__second_opinion__is_asked_about_every_text(database: Database) -> None:
    await _filled(database)
    seen: list[str] = []

    def detect(given: str) -> list[str]:
        seen.append(given)
        return ["greeting"] if given == "GREETING=Hello" else []

    found = await _found(database, detect)
    assert {(one.where.value, one.key, one.rule) for one in found} == {
        ("value", "GREETING", "kingfisher:greeting"),
        ("history", "GREETING", "kingfisher:greeting"),
    }
    assert any("because" in one for one in seen)


def test_kingfisher__as_installed__knows_a_key() -> None:
    if not is_installed():
        pytest.skip("the extra `scan` is not installed")
    detect = load_kingfisher()
    assert detect("nothing to see here") == []
    assert detect("xoxb-" + "123456789012-1234567890123-" + "AbCdEfGhIjKlMnOpQrStUvWx")


def test_command__finding_something__ends_with_3_and_says_where(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SERVER, *arguments],
            env=environment | {"TRIMTAB_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert run("database", "upgrade").returncode == 0
    clean = run("rescan", "--no-kingfisher")
    assert (clean.returncode, clean.stdout) == (0, "Nothing found by our rules.\n")
    plant = f"UPDATE change SET comment = 'see {KNOWN}'"
    subprocess.run(
        [sys.executable, "-c", _SQL, tmp_path / "trimtab.sqlite3", plant], check=True, timeout=60
    )
    found = run("rescan", "--no-kingfisher", "--json")
    assert found.returncode == 3
    places = {(one["where"], one["rule"]) for one in json.loads(found.stdout)["items"]}
    assert places == {("comment", "aws-access-key-id"), ("audit", "aws-access-key-id")}
    said = run("rescan", "--no-kingfisher")
    assert "aws-access-key-id" in said.stdout
    for one in (found, said):
        assert KNOWN not in one.stdout + one.stderr


_SQL = (
    "import sqlite3, sys\n"
    "with sqlite3.connect(sys.argv[1]) as connection: connection.execute(sys.argv[2])"
)
