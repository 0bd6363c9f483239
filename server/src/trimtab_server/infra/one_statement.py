"""Rows of several tables as one statement of PostgreSQL: a WITH of writes over arrays.

Every column of every table is one parameter, an array, so that the text of the statement depends
on which tables are written and not on how many rows: it is prepared once for each connection.
The parts of such a statement run in no order but the one that `Rows.after` asks for. Foreign keys
are checked when all of it is done.
"""
# ruff: noqa: S608 - names come from our own tables, everything else is a parameter

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from .announcements import CHANNEL
from .rows import Rows, Verb

# A text is cast to no length here: a cast cuts what is too long, and storing it refuses.
_ARRAYS = {
    bool: "boolean[]",
    datetime: "timestamptz[]",
    int: "bigint[]",
    str: "text[]",
    UUID: "uuid[]",
}
_Shape: TypeAlias = tuple[Verb, Table, tuple[str, ...], tuple[str, ...], Table | None]
_Bind: TypeAlias = Callable[[Any], Any]


async def execute_as_one(
    connection: AsyncConnection, writes: Sequence[Rows], announcing: str | None
) -> None:
    """Write all of them and, unless it is None, send the announcement with the commit."""
    shapes = tuple((one.verb, one.table, one.columns, one.key, one.after) for one in writes)
    parameters: list[Any] = []
    for one in writes:
        for column, bind in _binds(connection.dialect, one.table, one.columns):
            given = [row[column] for row in one.rows]
            parameters.append(given if bind is None else [bind(value) for value in given])
    if announcing is not None:
        parameters.append(announcing)
    text = _text(shapes, is_announced=announcing is not None)
    await connection.exec_driver_sql(text, tuple(parameters))


@cache
def _binds(
    dialect: Dialect, table: Table, columns: tuple[str, ...]
) -> tuple[tuple[str, _Bind | None], ...]:
    """What the types of the columns make of a value before it is sent."""
    types = ((name, table.c[name].type.dialect_impl(dialect)) for name in columns)
    return tuple((name, type_.bind_processor(dialect)) for name, type_ in types)


@cache
def _text(shapes: tuple[_Shape, ...], *, is_announced: bool) -> str:
    numbers = iter(range(1, 32_768))
    names = {shape[1]: f"write_{number}" for number, shape in enumerate(shapes)}
    parts = [
        f"write_{number} AS ({_write(shape, numbers, names)} RETURNING 1)"
        for number, shape in enumerate(shapes)
    ]
    last = f"SELECT pg_notify('{CHANNEL}', ${next(numbers)})" if is_announced else "SELECT 1"
    return f"WITH {', '.join(parts)} {last}" if parts else last


def _write(shape: _Shape, numbers: Iterator[int], names: dict[Table, str]) -> str:
    verb, table, columns, key, after = shape
    arrays = (f"${next(numbers)}::{_array_of(table.c[name])}" for name in columns)
    given = f"unnest({', '.join(arrays)}) AS given({_listed(columns)})"
    if after in names:  # reading what that part returns makes it run first, and to its end
        given += f", (SELECT count(*) FROM {names[after]}) AS done"
    found = " AND ".join(f'written."{name}" = given."{name}"' for name in key)
    rest = [name for name in columns if name not in key]
    match verb:
        case Verb.UPDATE:
            values = ", ".join(f'"{name}" = given."{name}"' for name in rest)
            return f'UPDATE "{table.name}" AS written SET {values} FROM {given} WHERE {found}'
        case Verb.DELETE:
            return f'DELETE FROM "{table.name}" AS written USING {given} WHERE {found}'
        case Verb.INSERT | Verb.PUT:
            chosen = ", ".join(f'given."{name}"' for name in columns)
            text = f'INSERT INTO "{table.name}" ({_listed(columns)}) SELECT {chosen} FROM {given}'
            if verb is Verb.INSERT:
                return text
            values = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
            return f"{text} ON CONFLICT ({_listed(key)}) DO UPDATE SET {values}"


def _array_of(column: Column[Any]) -> str:
    own = column.type
    stored: TypeEngine[Any] = own.impl_instance if isinstance(own, TypeDecorator) else own
    return _ARRAYS[stored.python_type]


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
