"""A transaction in which no trigger fires: what a superuser can do and no promise survives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TRIGGERS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")


@asynccontextmanager
async def without_triggers(connection: AsyncConnection) -> AsyncIterator[None]:
    """PostgreSQL looks at neither triggers nor foreign keys for a replica; SQLite forgets its
    triggers and gets them back, and looks at foreign keys when the transaction commits."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        await connection.execute(text("SET LOCAL session_replication_role = origin"))
        return
    await connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    triggers = (await connection.execute(_TRIGGERS)).all()
    for name, _ in triggers:
        await connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, definition in triggers:
        await connection.exec_driver_sql(definition)
