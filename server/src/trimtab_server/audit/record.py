"""Append to an audit chain, in the transaction of what is being recorded."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from .chain import NO_ENTRY, commitment, entry_body, next_link
from .fact import AuditAction, AuditFact
from .models import audit_chain, audit_entry, audit_value

__all__ = ["AuditAction", "AuditFact", "record"]

_SALT_BYTES = 16


async def record(
    connection: AsyncConnection, chain: str, facts: Sequence[AuditFact], at: datetime
) -> int:
    """Append the facts in order and return the number of the chain's last entry.

    The chain's row stays locked until the caller's transaction ends, so entries are numbered in
    the order of the commits, without gaps.
    """
    seq, head = await _lock(connection, chain)
    if not facts:
        return seq
    entries: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for fact in facts:
        kept, commitments = _commit_to_values(fact)
        body = entry_body(fact, at, commitments)
        link = next_link(chain, seq, head, body)
        seq, head = link.seq, link.hash
        entries.append(
            _columns(fact, at)
            | {"chain": chain, "seq": seq, "body": body}
            | {"prev_hash": link.prev_hash, "hash": head}
        )
        values.extend({"chain": chain, "seq": seq} | row for row in kept)
    await connection.execute(insert(audit_entry), entries)
    if values:
        await connection.execute(insert(audit_value), values)
    await connection.execute(
        update(audit_chain).where(audit_chain.c.name == chain).values(seq=seq, head=head)
    )
    return seq


async def _lock(connection: AsyncConnection, chain: str) -> tuple[int, str]:
    statement = (
        select(audit_chain.c.seq, audit_chain.c.head)
        .where(audit_chain.c.name == chain)
        .with_for_update()
    )
    found = (await connection.execute(statement)).one_or_none()
    if found is None:
        await _begin_chain(connection, chain)
        found = (await connection.execute(statement)).one()
    return found.seq, found.head


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
