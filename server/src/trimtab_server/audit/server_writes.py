"""Telling the database that it is the server who writes, and not somebody around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .models import out_of_band

_MARK = 0


@asynccontextmanager
async def server_writes(connection: AsyncConnection) -> AsyncIterator[None]:
    """Inside, rows of settings, values, policies and history are written by the server itself.

    Triggers note every other writing of them in `out_of_band`. PostgreSQL has a setting that ends
    with the transaction; on SQLite it is a row that no other transaction ever sees, because the
    one that makes it holds the write lock and takes it back.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.set_config("trimtab.writer", "server", True)))
        yield
        return
    mark = {"id": _MARK, "at": datetime.now(UTC), "table_name": "", "operation": "server"}
    await connection.execute(insert(out_of_band).values(mark))
    yield
    await connection.execute(delete(out_of_band).where(out_of_band.c.id == _MARK))
