"""Rows that are to be written: what, and not how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import Table


class Verb(Enum):
    """What becomes of the rows."""

    INSERT = "insert"
    PUT = "put"  # insert, or where the key is there already, replace the rest
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table, all with the same columns, and no two with the same key.

    `key` are the columns by which rows that are there are found; INSERT needs none. `after` is a
    table whose rows, written together with these, have to be there first: for a trigger that looks.
    """

    verb: Verb
    table: Table
    rows: Sequence[Mapping[str, Any]]
    key: tuple[str, ...] = field(default=())
    after: Table | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are given."""
        return tuple(self.rows[0])

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns that are given and are not in the key."""
        return tuple(name for name in self.columns if name not in self.key)
