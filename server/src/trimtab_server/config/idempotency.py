"""Answers kept for requests that may come twice. Only what was carried out is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.config.edits import Idempotency, PreparedChange
from trimtab_server.config.models import idempotency_record
from trimtab_server.config.outcome import Outcome, outcome_from_text
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.rows import Rows, Verb

KEPT_FOR = timedelta(hours=24)


class IdempotencyKeyReused(TrimtabError):
    """This Idempotency-Key was used for another request: choose a new one."""

    code = "idempotency-key-reused"
    status = 422
    title = "This Idempotency-Key belongs to another request."


class IdempotencyKeyInFlight(TrimtabError):
    """A request with this Idempotency-Key is being carried out: ask again in a moment."""

    code = "idempotency-key-in-flight"
    status = 409
    title = "The same request is still being carried out."

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"Retry-After": "1"}


async def find_outcome(
    connection: AsyncConnection,
    change: PreparedChange,
    waiting: Sequence[tuple[PreparedChange, Outcome]],
    now: datetime,
) -> Outcome | None:
    """The outcome of the same request, carried out before or earlier in this transaction.

    Raises:
        IdempotencyKeyReused: the key was used for something else.
    """
    wanted = change.idempotency
    if wanted is None:
        return None
    for other, outcome in waiting:
        if other.idempotency and _same_key(other.idempotency, wanted):
            return _checked(outcome, other.idempotency.fingerprint, wanted)
    query = select(idempotency_record).where(
        idempotency_record.c.principal == wanted.principal,
        idempotency_record.c.key == wanted.key,
        idempotency_record.c.created_at >= now - KEPT_FOR,
    )
    row = (await connection.execute(query)).one_or_none()
    return (
        None if row is None else _checked(outcome_from_text(row.outcome), row.fingerprint, wanted)
    )


async def drop_old_outcomes(connection: AsyncConnection, now: datetime) -> None:
    """Drop the answers that were kept long enough."""
    await connection.execute(
        delete(idempotency_record).where(idempotency_record.c.created_at < now - KEPT_FOR)
    )


def outcomes_rows(outcomes: Sequence[tuple[PreparedChange, Outcome]], now: datetime) -> Rows:
    """The answers of requests that carried a key, to be kept."""
    rows = [
        {
            "principal": change.idempotency.principal,
            "key": change.idempotency.key,
            "fingerprint": change.idempotency.fingerprint,
            "outcome": outcome.to_text(),
            "created_at": now,
        }
        for change, outcome in outcomes
        if change.idempotency is not None
    ]
    return Rows(Verb.INSERT, idempotency_record, rows)


def _same_key(one: Idempotency, other: Idempotency) -> bool:
    return (one.principal, one.key) == (other.principal, other.key)


def _checked(outcome: Outcome, fingerprint: str, wanted: Idempotency) -> Outcome:
    if fingerprint != wanted.fingerprint:
        raise IdempotencyKeyReused
    return outcome
