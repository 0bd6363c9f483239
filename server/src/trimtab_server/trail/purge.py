"""Taking a credential that was found too late out of everything that is stored."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, Principal, PrincipalKind, TokenInfo
from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.models import audit_purge, audit_value
from trimtab_server.audit.record import record
from trimtab_server.audit.server_writes import server_writes
from trimtab_server.catalog.definition import definition_from_text
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import application, change, change_item
from trimtab_server.catalog.queries import Application, find_application, lock_application
from trimtab_server.config.change import commit_changes
from trimtab_server.config.edits import ClearValue, Place, PreparedChange
from trimtab_server.config.errors import UnknownKey
from trimtab_server.config.models import idempotency_record
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.database import Database, database_now
from trimtab_server.kernel.value_types import canonical_text
from trimtab_server.trail.fold_out_of_band import fold_out_of_band
from trimtab_server.trail.purge_targets import (
    Slot,
    Targets,
    Wanted,
    comment_slots,
    environments_with,
    find_targets,
    items_with,
    slots_with,
)

PURGED_TEXT = "[purged]"


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away; `epoch` is the new one, None where there was nothing to take."""

    cleared: tuple[str, ...] = ()
    history: int = 0
    audit: int = 0
    answers: int = 0
    epoch: int | None = None


async def purge(database: Database, author: Author, wanted: Wanted, reason: str) -> Purged:
    """Take the texts out of values, history, kept answers and audit values of the key.

    Where one is the value now, it is removed by an ordinary change first. History and trail say
    that something was purged; the chain still verifies. A new epoch makes every reader begin anew.

    Raises:
        UnknownApplication, UnknownKey
        ChangeRefused: the present value cannot be removed; set another one first.
    """
    await fold_out_of_band(database)
    cleared = await _clear(database, author, wanted)
    async with database.write() as connection:
        head = await lock_application(connection, wanted.application)
        if head is None:
            raise UnknownApplication(wanted.application)
        targets = await _targets(connection, head, wanted)
        items = await items_with(connection, targets)
        slots = await slots_with(connection, head, wanted, targets)
        if not items and not slots:
            return Purged(cleared)
        await _purge_items(connection, items, targets)
        answers = await _drop_answers(connection, wanted.key)
        subject = {"items": [_told(row) for row in items], "purged": _by_entry(slots)}
        await _purge_slots(connection, head, author, slots, subject, reason)
        epoch = await _new_epoch(connection, head)
    return Purged(cleared, len(items), len(slots), answers, epoch)


async def purge_comment(
    database: Database, author: Author, application_name: str, revision: int, reason: str
) -> Purged:
    """Take the comment of one change out of history and audit values.

    Raises:
        UnknownApplication
    """
    async with database.write() as connection:
        head = await lock_application(connection, application_name)
        if head is None:
            raise UnknownApplication(application_name)
        slots = await comment_slots(connection, head, revision)
        mine = (change.c.application_id == head.id, change.c.revision == revision)
        gone = change.c.comment.is_not(None)
        async with server_writes(connection):
            found = await connection.execute(update(change).where(*mine, gone).values(comment=None))
        if not slots and found.rowcount == 0:
            return Purged()
        subject = {"items": [], "revision": revision, "purged": _by_entry(slots)}
        await _purge_slots(connection, head, author, slots, subject, reason)
    return Purged(history=found.rowcount, audit=len(slots))


async def _targets(connection: AsyncConnection, head: Application, wanted: Wanted) -> Targets:
    found = await find_targets(connection, head, wanted)
    if found is None:
        raise UnknownKey(wanted.key)
    return found


async def _clear(database: Database, author: Author, wanted: Wanted) -> tuple[str, ...]:
    async with database.read() as connection:
        head = await find_application(connection, wanted.application)
        if head is None:
            raise UnknownApplication(wanted.application)
        targets = await _targets(connection, head, wanted)
        places = [] if wanted.definition else await environments_with(connection, targets)
    if not places:
        return ()
    edits = tuple(ClearValue(Place(wanted.key, name)) for name in places)
    prepared = PreparedChange(
        application=wanted.application, principal=_THE_SERVER, author=author, edits=edits
    )
    (answer,) = await commit_changes(database, wanted.application, [prepared])
    if isinstance(answer, TrimtabError):
        raise answer
    return tuple(places)


async def _purge_items(
    connection: AsyncConnection, items: Collection[Row[Any]], targets: Targets
) -> None:
    async with server_writes(connection):
        for row in items:
            sides = {side: getattr(row, side) for side in ("old", "new")}
            gone = {side: text for side, text in sides.items() if text in targets.texts}
            values: dict[str, Any] = {f"{side}_purged": True for side in gone}
            for side, text in gone.items():
                values[side] = _what_stays(text) if row.kind == ItemKind.DEFINITION else None
            mine = (
                change_item.c.application_id == row.application_id,
                change_item.c.revision == row.revision,
                change_item.c.ordinal == row.ordinal,
            )
            await connection.execute(update(change_item).where(*mine).values(values))


def _what_stays(definition: str) -> str:
    """The past must still be readable, so a definition keeps its type and rules."""
    raw = definition_from_text(definition).to_json()
    described = None if raw["description"] is None else PURGED_TEXT
    return canonical_text({**raw, "description": described, "default": None})


async def _drop_answers(connection: AsyncConnection, key: str) -> int:
    """Whatever was answered about the key: a repeated request is then carried out again."""
    named = idempotency_record.c.outcome.contains(f'"key":{canonical_text(key)}', autoescape=True)
    return (await connection.execute(delete(idempotency_record).where(named))).rowcount


async def _purge_slots(
    connection: AsyncConnection,
    head: Application,
    author: Author,
    slots: Collection[Slot],
    subject: Mapping[str, object],
    reason: str,
) -> None:
    """The entry first: the database lets go only of what an entry says is purged."""
    fact = AuditFact(
        action=AuditAction.PURGED,
        actor_id=author.id,
        actor_name=author.name,
        channel=author.channel.value,
        request_id=None,
        address=None,
        revision=None,
        reason=reason,
        subject=subject,
        values={},
    )
    chain = chain_of(head.id)
    number = await record(connection, chain, [fact], await database_now(connection))
    for seq, slot in slots:
        row = {"chain": chain, "seq": seq, "slot": slot}
        await connection.execute(insert(audit_purge).values(row | {"purged_by": number}))
        mine = [audit_value.c[name] == value for name, value in row.items()]
        await connection.execute(delete(audit_value).where(*mine))


def _by_entry(slots: Collection[Slot]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for seq, slot in sorted(slots):
        found[str(seq)].append(slot)
    return dict(found)


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "key": row.key,
        "environment": row.environment,
        "version": row.version,
        "revision": row.revision,
    }


async def _new_epoch(connection: AsyncConnection, head: Application) -> int:
    """The same numbers now stand for something else: whoever holds them has to begin anew."""
    epoch = max(int((await database_now(connection)).timestamp()), head.epoch + 1)
    mine = application.c.id == head.id
    await connection.execute(update(application).where(mine).values(epoch=epoch))
    return epoch


_NOBODYS = UUID(int=0)
_THE_SERVER = Principal(
    id=_NOBODYS,
    name="server",
    kind=PrincipalKind.SERVICE,
    token=TokenInfo(_NOBODYS, "", "server", datetime.max.replace(tzinfo=UTC)),
    grants=(Grant(Role.ADMIN),),
    protected=frozenset(),
)
