"""Writing rows of several tables: one statement on PostgreSQL, one after the other on SQLite.

A statement costs PostgreSQL little, but each is a round trip, and a change that waits for a dozen
of them waits for nothing else (decision 0041). SQLite is in the process: there it is no difference.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Delete, Insert, Update

from .announcements import announce, remember
from .one_statement import execute_as_one
from .rows import Rows, Verb


async def write_rows(
    connection: AsyncConnection, writes: Sequence[Rows], *, announcing: str | None = None
) -> None:
    """Write all of them, and announce that when the connection's transaction commits.

    Raises:
        IntegrityError: the database refused a row; then the transaction can only be rolled back.
    """
    some = [one for one in writes if one.rows]
    if connection.dialect.name == "postgresql":
        if announcing is not None:
            remember(connection, announcing)
        if some or announcing is not None:
            await execute_as_one(connection, some, announcing)
        return
    for one in some:
        await connection.execute(_statement(one), [_bound(one, row) for row in one.rows])
    if announcing is not None:
        await announce(connection, announcing)


def _statement(one: Rows) -> Insert | Update | Delete:
    match one.verb:
        case Verb.INSERT:
            return insert(one.table)
        case Verb.PUT:
            put = sqlite.insert(one.table)
            rest = {name: put.excluded[name] for name in one.rest}
            return put.on_conflict_do_update(index_elements=one.key, set_=rest)
        case Verb.UPDATE:
            given: dict[str, Any] = {name: bindparam(_given(name)) for name in one.rest}
            return update(one.table).where(_found(one)).values(given)
        case Verb.DELETE:
            return delete(one.table).where(_found(one))


def _found(one: Rows) -> ColumnElement[bool]:
    return and_(*(one.table.c[name] == bindparam(_given(name)) for name in one.key))


def _bound(one: Rows, row: Mapping[str, Any]) -> dict[str, Any]:
    """SQLAlchemy keeps the columns' own names for what INSERT gives."""

    if one.verb in {Verb.INSERT, Verb.PUT}:
        return dict(row)
    return {_given(name): value for name, value in row.items()}


def _given(name: str) -> str:
    return f"given_{name}"
