"""A credential that was found too late leaves every table, and the trail still verifies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from engine_driver import Driver
from engine_driver.driver import AUTHOR
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.config.change import commit_changes
from trimtab_server.config.edits import (
    CreateSetting,
    Idempotency,
    Place,
    Redefine,
    RemoveValue,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused, UnknownKey
from trimtab_server.history.restore import restore_environment, restore_version
from trimtab_server.history.undo import undo_change
from trimtab_server.infra.database import Database
from trimtab_server.migrations.tables import metadata
from trimtab_server.trail.chains import load_chains
from trimtab_server.trail.list_entries import Filters, list_entries
from trimtab_server.trail.purge import Purged, purge, purge_comment
from trimtab_server.trail.purge_targets import Wanted
from trimtab_server.trail.sweep import sweep
from trimtab_server.trail.verify import verify

SERVER = Path(sys.executable).parent / "trimtab-server"
# No rule of ours knows it, as it is with tomorrow's formats.
SECRET = "hunter-two-is-no-password"
WHY = "found by hand"


async def _filled(database: Database) -> tuple[Driver, str]:
    driver = Driver(database)
    name = await driver.new_application()
    await driver.must(
        name,
        [
            CreateSetting(Place("GREETING", "base"), {"type": "string"}, "Hello"),
            CreateSetting(Place("OTHER", "base"), {"type": "string"}, SECRET[:6]),
        ],
    )
    change = driver.prepared(
        name,
        [SetValue(Place("GREETING", "dev"), SECRET)],
        idempotency=Idempotency("somebody", "a-request", "00"),
        show=(("GREETING", "dev"),),
    )
    await commit_changes(database, name, [change])
    await driver.must(name, [SetValue(Place("GREETING", "prod"), SECRET)])
    await driver.must(name, [SetValue(Place("GREETING", "dev"), "Hi")])
    return driver, name


async def _holding(database: Database, secret: str = SECRET) -> set[str]:
    """The tables in which it still stands."""
    found = set()
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            if secret in repr([tuple(row) for row in rows]):  # a row shortens what it shows
                found.add(table.name)
    return found


async def _is_whole(database: Database) -> bool:
    async with database.read() as connection:
        return all(one.valid for one in await verify(connection, await load_chains(connection)))


async def _refused(driver: Driver, name: str, compose: Any) -> list[str]:
    answer = await driver.commit(name, compose)
    assert isinstance(answer, ChangeRefused), answer
    return [one.rule for one in answer.violations]


async def test_purge__of_a_key__leaves_it_nowhere_and_the_chain_whole(database: Database) -> None:
    driver, name = await _filled(database)
    assert await _holding(database) == {
        "configuration",
        "change_item",
        "audit_value",
        "idempotency_record",
    }
    before = (await driver.state(name)).application
    done = await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    assert await _holding(database) == set()
    assert await _is_whole(database)
    after = (await driver.state(name)).application
    assert done.epoch == after.epoch > before.epoch
    assert done.cleared == ("base", "dev", "prod")
    assert done.answers == 1
    views = await driver.views(name)
    assert views["dev"].items["OTHER"][0] == f'"{SECRET[:6]}"'
    assert views["dev"].items["GREETING"][0] is None


async def test_purge__of_one_revision__takes_that_text_wherever_it_went(
    database: Database,
) -> None:
    driver, name = await _filled(database)
    wanted = Wanted(name, "GREETING", revisions=frozenset({3}))
    done = await purge(database, AUTHOR, wanted, WHY)
    assert await _holding(database) == set()
    assert done.cleared == ("prod",)
    views = await driver.views(name)
    assert views["dev"].items["GREETING"][0] == '"Hi"'
    assert views["prod"].items["GREETING"][0] == '"Hello"'
    assert await _is_whole(database)


async def test_purge__again__finds_nothing_and_keeps_the_epoch(database: Database) -> None:
    driver, name = await _filled(database)
    wanted = Wanted(name, "GREETING", revisions=frozenset({3}))
    await purge(database, AUTHOR, wanted, WHY)
    before = await driver.dump(name)
    assert await purge(database, AUTHOR, wanted, WHY) == Purged()
    assert await driver.dump(name) == before


async def test_history__of_what_was_purged__says_so_and_brings_nothing_back(
    database: Database,
) -> None:
    driver, name = await _filled(database)
    await purge(database, AUTHOR, Wanted(name, "GREETING", revisions=frozenset({3})), WHY)
    log = {(one["revision"], one["environment"]): one for one in await driver.log(name)}
    wrote = log[(3, "dev")]
    assert (wrote["new"], wrote["new_purged"], wrote["old_purged"]) == (None, True, False)
    overwrote = log[(5, "dev")]
    assert (overwrote["old"], overwrote["old_purged"], overwrote["new"]) == (None, True, '"Hi"')
    assert await _refused(driver, name, restore_version("GREETING", "dev", 1)) == ["purged"]
    assert await _refused(driver, name, undo_change(5)) == ["purged"]
    assert await _refused(driver, name, restore_environment("dev", 3, exact=False)) == ["purged"]
    then = await driver.views(name, 3)
    assert then["dev"].items["GREETING"][0] == '"Hello"'
    await driver.must(name, restore_environment("dev", 5, exact=False))


async def test_trail__of_a_purge__says_who_and_why_and_marks_the_values(
    database: Database,
) -> None:
    _, name = await _filled(database)
    await purge(database, AUTHOR, Wanted(name, "GREETING", revisions=frozenset({3})), WHY)
    async with database.read() as connection:
        chains = [one for one in await load_chains(connection) if one.application == name]
        page = await list_entries(connection, chains, Filters(), may_see=lambda *_: True, limit=100)
    newest = page.items[0]
    assert (newest["action"], newest["actor"], newest["reason"]) == ("purged", "tester", WHY)
    places = [(one["environment"], one["revision"]) for one in newest["items"]]
    assert places == [("dev", 3), ("prod", 4), ("dev", 5), ("prod", 6)]
    entry = next(one for one in page.items if one["seq"] == 3)
    assert entry["items"][0]["newState"] == "purged"
    assert entry["items"][0]["oldState"] == "none"


async def test_purge__of_one_environment__leaves_what_others_never_shared(
    database: Database,
) -> None:
    driver, name = await _filled(database)
    await purge(database, AUTHOR, Wanted(name, "GREETING", environment="prod"), WHY)
    assert await _holding(database) == set(), "the same text stood in dev"
    views = await driver.views(name)
    assert views["dev"].items["GREETING"][0] == '"Hi"'
    assert views["base"].items["GREETING"][0] == '"Hello"'


async def test_purge__written_around_the_server__goes_too(database: Database) -> None:
    _, name = await _filled(database)
    another = "written-with-sql"
    async with database.write() as connection:
        for statement in (
            f"UPDATE configuration SET value = '\"{another}\"' WHERE environment = 'prod'",
            f"UPDATE change_item SET old = '\"{another}\"' WHERE revision = 5",
            "UPDATE configuration SET value = '\"Hey\"' WHERE environment = 'prod'",
        ):
            await connection.execute(text(statement))
    await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    assert await _holding(database, another) == set()
    assert await _holding(database) == set()
    assert await _is_whole(database)


async def test_purge__required_value__is_refused_and_nothing_is_done(database: Database) -> None:
    driver, name = await _filled(database)
    await driver.must(
        name, [Redefine(Place("GREETING", "base"), {"validationRules": {"required": True}})]
    )
    before = await driver.dump(name)
    with pytest.raises(ChangeRefused, match="required"):
        await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    assert await driver.dump(name) == before


async def test_purge__of_past_definitions__keeps_them_readable(database: Database) -> None:
    driver, name = await _filled(database)
    secret = {"description": f"See {SECRET}", "default": SECRET}
    await driver.must(name, [Redefine(Place("OTHER", "base"), secret)])
    await driver.must(name, [Redefine(Place("OTHER", "base"), {"description": None})])
    wanted = Wanted(name, "OTHER", definition=True)
    await purge(database, AUTHOR, wanted, WHY)
    assert "setting" in await _holding(database), "today's definition is edited, not purged"
    await driver.must(name, [Redefine(Place("OTHER", "base"), {"default": None})])
    await purge(database, AUTHOR, wanted, WHY)
    await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    assert await _holding(database) == set()
    then = (await driver.state(name, 6)).find("OTHER")
    assert then is not None
    assert (then.definition.description, then.definition.default) == ("[purged]", None)
    assert await _is_whole(database)


async def test_purge__of_a_deleted_setting__works_all_the_same(database: Database) -> None:
    driver, name = await _filled(database)
    await driver.must(name, [RemoveValue(Place("GREETING", "base"), cascade=True)])
    done = await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    assert done.cleared == ()
    assert await _holding(database) == set()
    assert await _is_whole(database)


async def test_purge__of_a_comment__leaves_the_change(database: Database) -> None:
    _, name = await _filled(database)
    done = await purge_comment(database, AUTHOR, name, 2, WHY)
    assert (done.history, done.audit) == (1, 1)
    async with database.read() as connection:
        query = text("SELECT comment FROM change WHERE revision = 2")
        assert (await connection.execute(query)).scalars().all() == [None]
    assert await _is_whole(database)
    assert await purge_comment(database, AUTHOR, name, 2, WHY) == Purged()


async def test_purge__of_nothing_there__says_so(database: Database) -> None:
    _, name = await _filled(database)
    with pytest.raises(UnknownKey):
        await purge(database, AUTHOR, Wanted(name, "NOWHERE"), WHY)
    with pytest.raises(UnknownApplication):
        await purge(database, AUTHOR, Wanted("nowhere", "GREETING"), WHY)


async def test_sweep__after_a_purge__leaves_nothing_in_the_file(
    database: Database, tmp_path: Path
) -> None:
    _, name = await _filled(database)
    await purge(database, AUTHOR, Wanted(name, "GREETING"), WHY)
    await sweep(database)
    if database.is_sqlite:
        held = _files(tmp_path)
        assert held
        assert SECRET.encode() not in held


def _files(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("store.sqlite3*"))


def test_command__purging__asks_for_what_it_needs_and_says_what_it_did(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SERVER, *arguments],
            env=environment | {"TRIMTAB_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )

    assert run("database", "upgrade").returncode == 0
    assert run("purge", "GREETING").returncode == 2
    assert "pass --yes" in run("purge", "GREETING", "--reason", WHY).stderr
    token = "AKIA" + "ABCDEFGHIJKLMNOP"
    leaking = run("purge", "GREETING", "--reason", token, "--yes")
    assert (leaking.returncode, token in leaking.stderr) == (2, False)
    unknown = run("purge", "GREETING", "--reason", WHY, "--yes")
    assert (unknown.returncode, "no setting GREETING" in unknown.stderr) == (1, True)
    assert run("purge", "--comment", "--reason", WHY, "--yes").returncode == 2
    nothing = run("purge", "--comment", "-r", "1", "--reason", WHY, "--yes", "--json")
    assert nothing.returncode == 1
    assert json.loads(nothing.stdout)["items"][0]["audit"] == 0
