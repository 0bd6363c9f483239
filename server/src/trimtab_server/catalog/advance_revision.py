"""The log: every committed change is one revision, with its items and its audit entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author
from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.record import (
    AuditAction,
    AuditFact,
    ChainHead,
    entries_after,
    lock_chain,
)
from trimtab_server.catalog.items import ChangeItem
from trimtab_server.catalog.models import application, change, change_item, environment
from trimtab_server.catalog.queries import Application
from trimtab_server.infra.rows import Rows, Verb
from trimtab_server.infra.write_rows import write_rows


@dataclass(frozen=True, slots=True)
class Advance:
    """One change that has been judged and applied: what the log must say of it."""

    revision: int
    author: Author
    comment: str | None
    at: datetime
    items: tuple[ChangeItem, ...]
    touched: frozenset[str]


async def advance_revision(
    connection: AsyncConnection, head: Application, advances: Sequence[Advance]
) -> None:
    """Write consecutive changes to log, audit chain and heads; the caller holds the lock.

    Every process is told of the new head when the transaction commits.
    """
    chain = await lock_chain(connection, chain_of(head.id))
    _, rows = log_after(head, chain, advances)
    await write_rows(connection, rows, announcing=announcement(head, advances))


def announcement(head: Application, advances: Sequence[Advance]) -> str:
    """What every process is told of changes: the revision of the last."""
    return f"{head.id}:{head.epoch}:{advances[-1].revision}"


def log_after(
    head: Application, chain: ChainHead, advances: Sequence[Advance]
) -> tuple[ChainHead, list[Rows]]:
    """Changes behind an application's and its chain's locked heads: the chain's new one, and what
    is to be written."""
    if not advances:
        return chain, []
    last = advances[-1]
    changes = [_change_row(head.id, advance) for advance in advances]
    items = [row for advance in advances for row in _item_rows(head.id, advance)]
    touched = {name: advance.revision for advance in advances for name in advance.touched}
    environments = [
        {"application_id": head.id, "name": name, "touched_revision": revision}
        for name, revision in sorted(touched.items())
    ]
    moved = {"id": head.id, "revision": last.revision, "changed_at": last.at}
    facts = [_audit_fact(advance) for advance in advances]
    chain, audited = entries_after(chain, facts, last.at)
    return chain, [
        Rows(Verb.INSERT, change, changes),
        Rows(Verb.INSERT, change_item, items),
        Rows(Verb.UPDATE, environment, environments, key=("application_id", "name")),
        Rows(Verb.UPDATE, application, [moved], key=("id",)),
        *audited,
    ]


def _change_row(application_id: UUID, advance: Advance) -> dict[str, Any]:
    return {
        "application_id": application_id,
        "revision": advance.revision,
        "actor_id": advance.author.id,
        "actor": advance.author.name,
        "channel": advance.author.channel.value,
        "comment": advance.comment,
        "at": advance.at,
        "request_id": advance.author.request_id,
    }


def _item_rows(application_id: UUID, advance: Advance) -> list[dict[str, Any]]:
    return [
        {
            "application_id": application_id,
            "revision": advance.revision,
            "ordinal": ordinal,
            "kind": item.kind.value,
            "setting_id": item.setting_id,
            "key": item.key,
            "environment": item.environment,
            "old": item.old,
            "new": item.new,
            "version": item.version,
        }
        for ordinal, item in enumerate(advance.items)
    ]


def _audit_fact(advance: Advance) -> AuditFact:
    """Values go in as commitments: the entry stays provable when one must be purged later."""
    values: dict[str, str | None] = {} if advance.comment is None else {"comment": advance.comment}
    for ordinal, item in enumerate(advance.items):
        values[f"{ordinal}.old"], values[f"{ordinal}.new"] = item.old, item.new
        if item.overridden:
            values[f"{ordinal}.override"] = item.overridden.reason
    subject = {"items": [_audit_item(item) for item in advance.items]}
    return AuditFact(
        action=AuditAction.CHANGE,
        actor_id=advance.author.id,
        actor_name=advance.author.name,
        channel=advance.author.channel.value,
        request_id=advance.author.request_id,
        address=advance.author.address,
        revision=advance.revision,
        reason=None,  # the comment is a value: a credential may yet be found in it
        subject=subject,
        values=values,
    )


def _audit_item(item: ChangeItem) -> dict[str, object]:
    said: dict[str, object] = {
        "kind": item.kind.value,
        "key": item.key,
        "environment": item.environment,
        "version": item.version,
    }
    return said | {"overridden": item.overridden.rule} if item.overridden else said
