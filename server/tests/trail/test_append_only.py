"""What the database itself refuses, whoever asks: the audit trail only grows."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine_driver import Driver, clean_changes
from raw_rows import without_triggers
from trimtab_server.config.edits import Place, SetValue
from trimtab_server.infra.database import Database

REFUSED = {
    "edit an entry": "UPDATE audit_entry SET actor_name = 'Eve' WHERE seq = 1",
    "edit an entry's hash": "UPDATE audit_entry SET hash = prev_hash",
    "take an entry away": "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)",
    "take all entries away": "DELETE FROM audit_entry",
    "wind a chain back": "UPDATE audit_chain SET seq = seq - 1",
    "leave a chain where it is": "UPDATE audit_chain SET head = head",
    "give a chain another head": "UPDATE audit_chain SET seq = seq + 1, head = '00'",
    "rename a chain": "UPDATE audit_chain SET name = 'another'",
    "take a chain away": "DELETE FROM audit_chain",
    "edit a value": "UPDATE audit_value SET value = '1'",
    "take a value away": "DELETE FROM audit_value",
}
ONLY_POSTGRESQL = {
    "empty the entries": "TRUNCATE audit_entry CASCADE",
    "empty the chains": "TRUNCATE audit_chain CASCADE",
    "empty the values": "TRUNCATE audit_value",
    "empty the purges": "TRUNCATE audit_purge",
}
ONLY_SQLITE = {
    "replace an entry": "REPLACE INTO audit_entry SELECT * FROM audit_entry",
    "replace a chain": "REPLACE INTO audit_chain SELECT name, 0, head FROM audit_chain",
    "replace a value": (
        "REPLACE INTO audit_value SELECT chain, seq, slot, salt, '1' FROM audit_value"
    ),
    "move an entry over another": "UPDATE OR REPLACE audit_entry SET seq = 1",
}


async def _filled(database: Database) -> tuple[Driver, str]:
    driver = Driver(database)
    application = await driver.new_application()
    for edits in clean_changes:
        await driver.must(application, edits)
    return driver, application


async def _is_refused(database: Database, statement: str) -> bool:
    try:
        async with database.write() as connection:
            await connection.execute(text(statement))
    except IntegrityError:
        return True
    return False


async def test_database__rewriting_the_trail__is_refused(database: Database) -> None:
    driver, application = await _filled(database)
    before = await driver.dump(application)
    more = ONLY_SQLITE if database.is_sqlite else ONLY_POSTGRESQL
    allowed = [
        what
        for what, statement in {**REFUSED, **more}.items()
        if not await _is_refused(database, statement)
    ]
    assert allowed == []
    assert await driver.dump(application) == before
    assert await driver.audit_is_whole(application)


async def test_database__value_with_a_purge__can_be_taken_away_and_the_purge_cannot(
    database: Database,
) -> None:
    driver, application = await _filled(database)
    async with database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO audit_purge (chain, seq, slot, purged_by) "
                "SELECT chain, seq, slot, seq FROM audit_value"
            )
        )
        await connection.execute(text("DELETE FROM audit_value"))
    for statement in ("DELETE FROM audit_purge", "UPDATE audit_purge SET purged_by = 1"):
        assert await _is_refused(database, statement)
    assert await driver.audit_is_whole(application)


async def test_without_triggers__anything__goes_and_afterwards_nothing_does(
    database: Database,
) -> None:
    await _filled(database)
    async with database.write() as connection, without_triggers(connection):
        gone = await connection.execute(text("DELETE FROM audit_value"))
        assert gone.rowcount > 0
    assert await _is_refused(database, "UPDATE audit_entry SET hash = prev_hash")


async def test_commit__audit_entry_cannot_be_written__stores_nothing(database: Database) -> None:
    driver, application = await _filled(database)
    for statement in _failing_inserts(database):
        async with database.write() as connection:
            await connection.exec_driver_sql(statement)
    before = await driver.dump(application)
    with pytest.raises(DBAPIError):
        await driver.commit(application, [SetValue(Place("MODEL", "dev"), "gpt-5")])
    with pytest.raises(DBAPIError):
        await driver.new_application()
    assert await driver.dump(application) == before
    assert await _count(database, "application") == 1


async def _count(database: Database, table: str) -> int:
    async with database.read() as connection:
        query = text(f"SELECT count(*) FROM {table}")
        return int((await connection.execute(query)).scalar_one())


def _failing_inserts(database: Database) -> list[str]:
    if database.is_sqlite:
        raising = "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        return [f"CREATE TRIGGER full_up BEFORE INSERT ON audit_entry {raising}"]
    raising = "BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END"
    each = "FOR EACH ROW EXECUTE FUNCTION full_up()"
    return [
        f"CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS $$ {raising} $$",
        f"CREATE TRIGGER full_up BEFORE INSERT ON audit_entry {each}",
    ]


async def test_upgrade__every_promise__has_its_trigger(database: Database) -> None:
    query = (
        "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1"
        if database.is_sqlite
        else "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger "
        "WHERE NOT tgisinternal GROUP BY 1"
    )
    async with database.read() as connection:
        found = dict((await connection.execute(text(query))).all())
    append_only = ["audit_chain", "audit_entry", "audit_purge", "audit_value"]
    written = ["setting", "configuration", "source_policy"]
    appended = ["environment", "change", "change_item"]
    each = (3, 3, 2) if database.is_sqlite else (2, 2, 2)
    assert found == {
        table: count
        for tables, count in zip((append_only, written, appended), each, strict=True)
        for table in tables
    }
