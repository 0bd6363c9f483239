"""What a purge is to take away, found by key: rows of history, values of entries, kept answers."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.fact import AuditAction
from trimtab_server.audit.models import audit_entry, audit_value
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import change_item, setting
from trimtab_server.catalog.queries import Application
from trimtab_server.config.models import configuration
from trimtab_server.kernel.keys import fold_key

Slot = tuple[int, str]
_Entry: TypeAlias = Row[int, str, str]  # its number, action and body


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose values: of a key, everywhere or in one environment, all or those of some revisions.

    With `definition`, past definitions of the key instead: their descriptions and defaults.
    """

    application: str
    key: str
    environment: str | None = None
    revisions: frozenset[int] = frozenset()
    definition: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """The setting's present row, and the texts that have to go wherever they stand for its key."""

    setting: Row[Any]
    texts: frozenset[str]


async def find_targets(
    connection: AsyncConnection, head: Application, wanted: Wanted
) -> Targets | None:
    """The texts that are meant; None where there never was such a setting."""
    query = select(setting).where(
        setting.c.application_id == head.id, setting.c.folded_key == fold_key(wanted.key)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None or row.key != wanted.key:
        return None
    texts = await _texts_of_items(connection, row, wanted)
    if not wanted.revisions:
        texts |= await _texts_around(connection, head, wanted)
        if not wanted.definition:
            texts |= await _texts_stored(connection, row, wanted)
    if wanted.definition:
        texts -= {row.definition}
    return Targets(row, frozenset(texts))


async def items_with(connection: AsyncConnection, targets: Targets) -> list[Row[Any]]:
    """The rows of the setting's history that hold one of the texts."""
    query = select(change_item).where(change_item.c.setting_id == targets.setting.id)
    rows = (await connection.execute(query)).all()
    return [row for row in rows if {row.old, row.new} & targets.texts]


async def slots_with(
    connection: AsyncConnection, head: Application, wanted: Wanted, targets: Targets
) -> dict[Slot, str]:
    """Values of the chain's entries about the key that hold one of the texts, by entry and slot.

    What was written around the server is kept as whole columns, so a text may be part of a value.
    """
    found: dict[Slot, str] = {}
    for entry, slots in await _entries_about(connection, head, wanted.key):
        query = select(audit_value).where(
            audit_value.c.chain == chain_of(head.id),
            audit_value.c.seq == entry.seq,
            audit_value.c.slot.in_(slots),
        )
        around = entry.action == AuditAction.OUT_OF_BAND
        for row in await connection.execute(query):
            if row.value in targets.texts or (around and _is_within(targets.texts, row.value)):
                found[(row.seq, row.slot)] = row.value
    return found


async def comment_slots(
    connection: AsyncConnection, head: Application, revision: int
) -> list[Slot]:
    """The comment of one change among the values of its entry."""
    query = select(audit_value.c.seq, audit_value.c.slot).join_from(
        audit_value,
        audit_entry,
        and_(audit_entry.c.chain == audit_value.c.chain, audit_entry.c.seq == audit_value.c.seq),
    )
    query = query.where(
        audit_entry.c.chain == chain_of(head.id),
        audit_entry.c.revision == revision,
        audit_value.c.slot == "comment",
    )
    return [(seq, slot) for seq, slot in await connection.execute(query)]


async def environments_with(connection: AsyncConnection, targets: Targets) -> list[str]:
    """Where one of the texts is the value now."""
    query = select(configuration.c.environment, configuration.c.value).where(
        configuration.c.setting_id == targets.setting.id, configuration.c.value.is_not(None)
    )
    rows = await connection.execute(query.order_by(configuration.c.environment))
    return [row.environment for row in rows if row.value in targets.texts]


async def _texts_of_items(connection: AsyncConnection, row: Row[Any], wanted: Wanted) -> set[str]:
    kind = ItemKind.DEFINITION if wanted.definition else ItemKind.VALUE
    query = select(change_item).where(
        change_item.c.setting_id == row.id, change_item.c.kind == kind.value
    )
    if wanted.environment is not None and not wanted.definition:
        query = query.where(change_item.c.environment == wanted.environment)
    if wanted.revisions:
        query = query.where(change_item.c.revision.in_(wanted.revisions))
    texts: set[str | None] = set()
    for item in await connection.execute(query):
        texts |= {item.new} if wanted.revisions else {item.old, item.new}
    return {text for text in texts if text is not None}


async def _texts_stored(connection: AsyncConnection, row: Row[Any], wanted: Wanted) -> set[str]:
    query = select(configuration.c.value).where(
        configuration.c.setting_id == row.id, configuration.c.value.is_not(None)
    )
    if wanted.environment is not None:
        query = query.where(configuration.c.environment == wanted.environment)
    return set((await connection.execute(query)).scalars())


async def _texts_around(connection: AsyncConnection, head: Application, wanted: Wanted) -> set[str]:
    """What was written with SQL and has been overwritten since."""
    kind = ItemKind.DEFINITION if wanted.definition else ItemKind.VALUE
    texts: set[str] = set()
    for entry, slots in await _entries_about(connection, head, wanted.key):
        item = json.loads(entry.body)["subject"]["items"][0]
        if entry.action != AuditAction.OUT_OF_BAND or item["kind"] != kind:
            continue
        if wanted.definition or wanted.environment in (None, item["environment"]):
            query = select(audit_value.c.value).where(
                audit_value.c.chain == chain_of(head.id),
                audit_value.c.seq == entry.seq,
                audit_value.c.slot.in_(slots),
            )
            texts |= set((await connection.execute(query)).scalars())
    return texts


async def _entries_about(
    connection: AsyncConnection, head: Application, key: str
) -> list[tuple[_Entry, list[str]]]:
    """Entries of the application's chain with the slots that hold values of the key."""
    named = f'"key":{json.dumps(key)}'
    query = (
        select(audit_entry.c.seq, audit_entry.c.action, audit_entry.c.body)
        .where(
            audit_entry.c.chain == chain_of(head.id),
            audit_entry.c.action.in_([AuditAction.CHANGE, AuditAction.OUT_OF_BAND]),
            audit_entry.c.body.contains(named, autoescape=True),
        )
        .order_by(audit_entry.c.seq)
    )
    return [(row, _slots(row.body, key)) for row in (await connection.execute(query)).all()]


def _slots(body: str, key: str) -> list[str]:
    items = json.loads(body)["subject"]["items"]
    numbers = [number for number, item in enumerate(items) if item.get("key") == key]
    return [f"{number}.{side}" for number in numbers for side in ("old", "new")]


def _is_within(texts: Collection[str], value: str) -> bool:
    return any(text in value or json.dumps(text)[1:-1] in value for text in texts)
