"""Taking into the chains what was written around the server."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN, chain_of, instant_text
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.models import out_of_band
from trimtab_server.audit.record import record
from trimtab_server.catalog.credentials import nameable
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import setting
from trimtab_server.catalog.names import quotable
from trimtab_server.infra.database import Database, database_now
from trimtab_server.kernel.value_types import canonical_text

_TOGETHER = 500


async def fold_out_of_band(database: Database) -> int:
    """Append one entry for each row that somebody else than the server wrote; how many.

    The entry names table, operation and columns, the database's user where it knows one, and the
    time of the writing itself; what stood there before and after are values, as in a change.
    """
    folded = 0
    while await _is_waiting(database):
        async with database.write() as connection:
            folded += await _fold_some(connection)
    return folded


async def _is_waiting(database: Database) -> bool:
    async with database.read() as connection:
        query = select(out_of_band.c.id).where(out_of_band.c.id > 0).limit(1)
        return (await connection.execute(query)).first() is not None


async def _fold_some(connection: AsyncConnection) -> int:
    """Another server may fold at the same time: what one of them holds, the other passes over."""
    waiting = (
        select(out_of_band.c.id)
        .where(out_of_band.c.id > 0)
        .order_by(out_of_band.c.id)
        .limit(_TOGETHER)
        .with_for_update(skip_locked=True)
    )
    taken = delete(out_of_band).where(out_of_band.c.id.in_(waiting)).returning(*out_of_band.c)
    rows = sorted((await connection.execute(taken)).all(), key=lambda row: row.id)
    notes = [_note(row) for row in rows]
    settings = await _settings(connection, notes)
    facts: defaultdict[str, list[AuditFact]] = defaultdict(list)
    for note in notes:
        facts[note.chain(settings)].append(note.fact(settings))
    now = await database_now(connection)
    for chain in sorted(facts):
        await record(connection, chain, facts[chain], now)
    return len(notes)


@dataclass(frozen=True, slots=True)
class _Setting:
    application_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class _Note:
    """A row of `out_of_band`, read."""

    at: datetime
    table: str
    operation: str
    user: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def _row(self) -> Mapping[str, Any]:
        return self.after or self.before

    def setting_id(self) -> UUID | None:
        """The setting that the row is of, where it is of one."""
        return _uuid(self._row.get("id" if self.table == "setting" else "setting_id"))

    def chain(self, settings: Mapping[UUID | None, _Setting]) -> str:
        """The application's, where it can still be told."""
        known = settings.get(self.setting_id())
        own = _uuid(self._row.get("application_id"))
        application_id = own or (known.application_id if known else None)
        return SYSTEM_CHAIN if application_id is None else chain_of(application_id)

    def fact(self, settings: Mapping[UUID | None, _Setting]) -> AuditFact:
        """What the chain takes in of it."""
        items, values = [], {}
        if self._row:
            items = [self._item(settings)]
            changed = self._changed()
            values["0.old"] = _text(self.table, self.before, changed)
            values["0.new"] = _text(self.table, self.after, changed)
        subject = {
            "items": items,
            "table": self.table,
            "operation": self.operation,
            "columns": sorted(self._changed()),
            "databaseUser": self.user,
            "notedAt": instant_text(self.at),
        }
        return AuditFact(
            action=AuditAction.OUT_OF_BAND,
            actor_id=None,
            actor_name="out-of-band",
            channel="sql",
            request_id=None,
            address=None,
            revision=None,
            reason=None,
            subject=subject,
            values=values,
        )

    def _item(self, settings: Mapping[UUID | None, _Setting]) -> dict[str, Any]:
        """Names are written as they are only where they can be no credential."""
        known = settings.get(self.setting_id())
        key = self._row.get("key") or (known.key if known else None)
        environment = self._row.get("name" if self.table == "environment" else "environment")
        return {
            "kind": _KINDS.get(self.table) or self._row.get("kind") or "change",
            "key": nameable(key) if key else None,
            "environment": environment if environment and quotable(environment) else None,
            "version": self._row.get("version"),
        }

    def _changed(self) -> set[str]:
        names = {*self.before, *self.after}
        return {name for name in names if self.before.get(name) != self.after.get(name)}


_KINDS = {
    "setting": ItemKind.DEFINITION.value,
    "configuration": ItemKind.VALUE.value,
    "source_policy": ItemKind.POLICY.value,
    "environment": ItemKind.ENVIRONMENT.value,
}


def _note(row: Any) -> _Note:
    return _Note(
        row.at,
        row.table_name,
        row.operation,
        row.database_user,
        json.loads(row.before) if row.before else {},
        json.loads(row.after) if row.after else {},
    )


async def _settings(
    connection: AsyncConnection, notes: Sequence[_Note]
) -> dict[UUID | None, _Setting]:
    ids = {one for note in notes if (one := note.setting_id())}
    query = select(setting.c.id, setting.c.application_id, setting.c.key).where(
        setting.c.id.in_(ids)
    )
    rows = (await connection.execute(query)).all() if ids else []
    found: dict[UUID | None, _Setting] = {
        row.id: _Setting(row.application_id, row.key) for row in rows
    }
    for note in notes:  # a setting that was deleted tells of itself
        row, known = note.before, note.setting_id()
        owner = _uuid(row.get("application_id"))
        if note.table == "setting" and known and owner and known not in found:
            found[known] = _Setting(owner, str(row.get("key")))
    return found


def _text(table: str, row: Mapping[str, Any], changed: set[str]) -> str | None:
    """What an item of a change says: the value, the definition, the policy; else the columns."""
    if not row:
        return None
    match table:
        case "configuration":
            value: str | None = row["value"]
            return value
        case "setting":
            return str(row["definition"])
        case "source_policy":
            return canonical_text(str(row["policy"]))
        case _:
            return json.dumps({name: row[name] for name in sorted(changed)}, ensure_ascii=False)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
