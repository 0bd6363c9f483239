"""Transactions on connections that died while they waited in the pool."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from trimtab_server.infra.database import Database

_POOLED = 3
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A database of this test's own with one empty table, and every pooled connection in use."""
    opened = Database(postgres_url, pool_size=_POOLED)
    async with opened.write() as connection:
        await connection.execute(text("CREATE TABLE written (number integer)"))
    await _use_all(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
async def killer(postgres_url: str) -> AsyncIterator[Database]:
    """Somebody who ends connections of the same database."""
    opened = Database(postgres_url, pool_size=1)
    yield opened
    await opened.dispose()


async def test_write__every_pooled_connection_was_ended__is_written_once(
    database: Database, killer: Database
) -> None:
    assert await _kill(killer) == _POOLED
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO written VALUES (1)"))
    assert await _written(database) == [1]


async def test_read__every_pooled_connection_was_ended__reads(
    database: Database, killer: Database
) -> None:
    assert await _kill(killer) == _POOLED
    assert await _written(database) == []


async def test_write__connection_ends_after_the_first_statement__nothing_is_tried_again(
    database: Database, killer: Database
) -> None:
    begun: list[int] = []

    async def write() -> None:
        async with database.write() as connection:
            begun.append(1)
            await connection.execute(text("INSERT INTO written VALUES (1)"))
            await _kill(killer)
            await connection.execute(text("INSERT INTO written VALUES (2)"))

    with pytest.raises(DBAPIError):
        await write()
    assert begun == [1]
    assert await _written(database) == []


async def _use_all(database: Database) -> None:
    """Make as many connections as the pool keeps, and give them back."""
    together = asyncio.Barrier(_POOLED)

    async def use() -> None:
        async with database.read():
            await together.wait()

    await asyncio.gather(*(use() for _ in range(_POOLED)))


async def _kill(killer: Database) -> int:
    async with killer.write() as connection:
        return len((await connection.execute(text(_OTHERS))).all())


async def _written(database: Database) -> list[int]:
    async with database.read() as connection:
        return list((await connection.execute(text("SELECT number FROM written"))).scalars())
