"""Append to an audit chain, in the transaction of what is being recorded."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.infra.rows import Rows, Verb
from trimtab_server.infra.write_rows import write_rows

from .chain import NO_ENTRY, commitment, entry_body, next_link
from .fact import AuditAction, AuditFact
from .models import audit_chain, audit_entry, audit_value

__all__ = ["AuditAction", "AuditFact", "ChainHead", "entries_after", "lock_chain", "record"]

_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last entry of a chain: its number, and the hash that the next one names."""

    chain: str
    seq: int
    hash: str


async def record(
    connection: AsyncConnection, chain: str, facts: Sequence[AuditFact], at: datetime
) -> int:
    """Append the facts in order and return the number of the chain's last entry.

    The chain's row stays locked until the caller's transaction ends, so entries are numbered in
    the order of the commits, without gaps.
    """
    head, rows = entries_after(await lock_chain(connection, chain), facts, at)
    await write_rows(connection, rows)
    return head.seq


def entries_after(
    head: ChainHead, facts: Sequence[AuditFact], at: datetime
) -> tuple[ChainHead, list[Rows]]:
    """Facts as entries behind a locked head: the new head, and what is to be written."""
    chain, seq, last = head.chain, head.seq, head.hash
    entries: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for fact in facts:
        kept, commitments = _commit_to_values(fact)
        body = entry_body(fact, at, commitments)
        link = next_link(chain, seq, last, body)
        seq, last = link.seq, link.hash
        entries.append(
            _columns(fact, at)
            | {"chain": chain, "seq": seq, "body": body}
            | {"prev_hash": link.prev_hash, "hash": last}
        )
        values.extend({"chain": chain, "seq": seq} | row for row in kept)
    moved = [{"name": chain, "seq": seq, "head": last}] if facts else []
    rows = [
        Rows(Verb.INSERT, audit_entry, entries),
        Rows(Verb.INSERT, audit_value, values),
        Rows(Verb.UPDATE, audit_chain, moved, key=("name",), after=audit_entry),
    ]
    return ChainHead(chain, seq, last), rows


async def lock_chain(connection: AsyncConnection, chain: str) -> ChainHead:
    """The chain's head; nobody else appends until the transaction ends."""
    statement = (
        select(audit_chain.c.seq, audit_chain.c.head)
        .where(audit_chain.c.name == chain)
        .with_for_update()
    )
    found = (await connection.execute(statement)).one_or_none()
    if found is None:
        await _begin_chain(connection, chain)
        found = (await connection.execute(statement)).one()
    return ChainHead(chain, found.seq, found.head)


async def _begin_chain(connection: AsyncConnection, chain: str) -> None:
    """Two transactions may begin the same chain at once; the second finds the first one's row."""
    first = {"name": chain, "seq": 0, "head": NO_ENTRY}
    if connection.dialect.name == "postgresql":
        await connection.execute(
            postgresql.insert(audit_chain).values(first).on_conflict_do_nothing()
        )
    else:
        await connection.execute(sqlite.insert(audit_chain).values(first).on_conflict_do_nothing())


def _commit_to_values(fact: AuditFact) -> tuple[list[dict[str, str]], dict[str, str | None]]:
    kept: list[dict[str, str]] = []
    commitments: dict[str, str | None] = {}
    for slot, value in fact.values.items():
        if value is None:
            commitments[slot] = None
            continue
        salt = secrets.token_hex(_SALT_BYTES)
        commitments[slot] = commitment(salt, value)
        kept.append({"slot": slot, "salt": salt, "value": value})
    return kept, commitments


def _columns(fact: AuditFact, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "action": fact.action.value,
        "actor_id": fact.actor_id,
        "actor_name": fact.actor_name,
        "channel": fact.channel,
        "request_id": fact.request_id,
        "address": fact.address,
        "revision": fact.revision,
        "reason": fact.reason,
    }
