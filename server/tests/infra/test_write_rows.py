"""The same rows, written in one statement or one after the other, leave the same tables."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table, Uuid, select
from sqlalchemy.exc import DBAPIError, StatementError

from trimtab_server.infra.columns import UtcDateTime
from trimtab_server.infra.database import Database
from trimtab_server.infra.rows import Rows, Verb
from trimtab_server.infra.write_rows import write_rows

_own = MetaData()
_TABLE = Table(
    "every_kind",
    _own,
    Column("id", Uuid, primary_key=True),
    Column("order", Integer, nullable=False),  # a word of SQL's own
    Column("large", BigInteger),
    Column("text", String(7)),
    Column("is_so", Boolean),
    Column("at", UtcDateTime),
)
_LOG = Table("logged", _own, Column("number", Integer, primary_key=True))
_AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    opened = Database(store_url)
    async with opened.write() as connection:
        await connection.run_sync(_own.create_all)
    yield opened
    await opened.dispose()


def row(number: int, **others: Any) -> dict[str, Any]:
    """A whole row; None in every column that may be."""
    nothing = {"large": None, "text": None, "is_so": None, "at": None}
    return {"id": UUID(int=number), "order": number} | nothing | others


FULL = row(2, large=2**53, text='Zoë🌙"{', is_so=True, at=_AT)


async def test_rows__of_every_verb__leave_what_they_say(database: Database) -> None:
    await _write(database, Rows(Verb.INSERT, _TABLE, [row(1), FULL, row(3, text="gone")]))
    await _write(
        database,
        Rows(Verb.PUT, _TABLE, [row(1, text="put"), row(4, is_so=False)], key=("id",)),
        Rows(Verb.UPDATE, _TABLE, [{"order": 2, "text": None, "large": -1}], key=("order",)),
        Rows(Verb.DELETE, _TABLE, [{"id": UUID(int=3), "order": 3}], key=("id", "order")),
        Rows(Verb.INSERT, _LOG, []),
    )
    changed = FULL | {"text": None, "large": -1}
    assert await _stored(database) == [row(1, text="put"), changed, row(4, is_so=False)]


@pytest.mark.parametrize(
    "refused", [row(1, at=_AT.replace(tzinfo=None)), row(1) | {"order": None}, FULL]
)
async def test_rows__one_is_refused__none_is_there(
    database: Database, refused: dict[str, Any]
) -> None:
    await _write(database, Rows(Verb.INSERT, _TABLE, [FULL]))
    with pytest.raises((StatementError, ValueError)):
        await _write(
            database,
            Rows(Verb.INSERT, _LOG, [{"number": 1}]),
            Rows(Verb.INSERT, _TABLE, [row(5), refused]),
        )
    assert await _stored(database) == [FULL]
    async with database.read() as connection:
        assert (await connection.execute(select(_LOG))).all() == []


async def test_text__longer_than_its_column__is_refused_and_not_cut(postgres_url: str) -> None:
    database = Database(postgres_url)
    async with database.write() as connection:
        await connection.run_sync(_own.create_all)
    with pytest.raises(DBAPIError):
        await _write(database, Rows(Verb.INSERT, _TABLE, [row(1, text="12345678")]))
    assert await _stored(database) == []
    await database.dispose()


async def _write(database: Database, *writes: Rows) -> None:
    async with database.write() as connection:
        await write_rows(connection, writes)


async def _stored(database: Database) -> list[dict[str, Any]]:
    async with database.read() as connection:
        found = await connection.execute(select(_TABLE).order_by(_TABLE.c.order))
        return [dict(one) for one in found.mappings()]
