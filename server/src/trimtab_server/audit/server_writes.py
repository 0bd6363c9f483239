"""Telling the database that it is the server who writes, and not somebody around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from .models import out_of_band

_MARK = 0
# On PostgreSQL: what a statement of the transaction selects, before it writes.
SAY_SO = "set_config('trimtab.writer', 'server', true)"


@asynccontextmanager
async def server_writes(
    connection: AsyncConnection, *, is_said: bool = False
) -> AsyncIterator[None]:
    """Inside, rows of settings, values, policies and history are written by the server itself.

    Triggers note every other writing of them in `out_of_band`. PostgreSQL has a setting that ends
    with the transaction; on SQLite it is a row that no other transaction ever sees, because the
    one that makes it holds the write lock and takes it back. `is_said`: PostgreSQL knows already,
    because a statement of this transaction has selected `SAY_SO`.
    """
    if connection.dialect.name == "postgresql":
        if not is_said:
            await connection.exec_driver_sql(f"SELECT {SAY_SO}")
        yield
        return
    mark = {"id": _MARK, "at": datetime.now(UTC), "table_name": "", "operation": "server"}
    await connection.execute(insert(out_of_band).values(mark))
    yield
    await connection.execute(delete(out_of_band).where(out_of_band.c.id == _MARK))
