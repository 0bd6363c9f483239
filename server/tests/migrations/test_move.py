"""The schema's history on both databases: forward, back and forward again, with data in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from engine_driver import Driver, clean_changes
from trimtab_server.infra.database import Database
from trimtab_server.migrations.move import _config, downgrade, upgrade
from trimtab_server.migrations.tables import metadata
from trimtab_server.migrations.version import is_current, newest_version


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """An empty database."""
    opened = Database(store_url)
    yield opened
    await opened.dispose()


async def test_e26__up_down_up__keeps_every_row(database: Database) -> None:
    await upgrade(database)
    driver = Driver(database)
    application = await driver.new_application()
    for edits in clean_changes:
        await driver.must(application, edits)
    before = await driver.dump(application)

    await downgrade(database, "0001")
    await upgrade(database)

    assert await driver.dump(application) == before
    assert await driver.audit_is_whole(application)


async def test_downgrade__to_nothing_with_settings__is_refused_and_drops_nothing(
    database: Database,
) -> None:
    await upgrade(database)
    driver = Driver(database)
    application = await driver.new_application()
    await driver.must(application, clean_changes[0])
    with pytest.raises(RuntimeError, match="3 settings"):
        await downgrade(database, "base")
    assert await driver.audit_is_whole(application)
    async with database.read() as connection:
        assert await is_current(connection)


async def test_downgrade__to_nothing_when_empty__leaves_no_table(database: Database) -> None:
    await upgrade(database)
    await downgrade(database, "base")
    async with database.read() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert set(names) <= {"alembic_version"}
        assert not await is_current(connection)
    await upgrade(database)


async def test_upgrade__again__changes_nothing(database: Database) -> None:
    await upgrade(database)
    await upgrade(database)
    async with database.read() as connection:
        assert await is_current(connection)


async def test_models__and_schema_history__say_the_same(database: Database) -> None:
    await upgrade(database)
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.check(_config(sync)))
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(names) == {table.name for table in metadata.sorted_tables} | {"alembic_version"}


async def test_sqlite__every_connection__enforces_foreign_keys_and_syncs_fully(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    for transaction in (database.read, database.write):
        async with transaction() as connection:
            found = [
                (await connection.execute(text(f"PRAGMA {name}"))).scalar()
                for name in ("foreign_keys", "journal_mode", "synchronous")
            ]
        assert found == [1, "wal", 2]
    await database.dispose()


def test_newest_version__by_the_names_of_the_files__is_the_head_of_the_history() -> None:
    assert newest_version() == ScriptDirectory.from_config(_config(None)).get_current_head()
