"""Deleted rows leave the files they stood in."""

from typing import Any

from trimtab_server.infra.database import Database

_TABLES = (
    *("audit_value", "change", "change_item", "configuration", "idempotency_record"),
    *("out_of_band", "setting"),
)


async def sweep(database: Database) -> None:
    """Give back the room of deleted rows: SQLite's file is made anew, and its log emptied.

    PostgreSQL's pages are cleaned; its log, its replicas and every backup keep what they have.
    """
    if database.is_sqlite:
        statements = ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
    else:
        statements = [f"VACUUM {table}" for table in _TABLES]
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        for statement in statements:  # past SQLAlchemy, which would begin a transaction
            await driver.execute(statement)
