"""Reading chains: in pieces for verification, in pages for people."""

import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.fact import AuditAction
from trimtab_server.audit.models import audit_entry, audit_purge, audit_value
from trimtab_server.audit.verify_chain import ENTRY_COLUMNS, VALUE_COLUMNS, EntryRow, ValueRow

Place = tuple[str, int]
_PIECE: Final = 2_000
_ENTRIES: Final = (
    f"SELECT {', '.join(ENTRY_COLUMNS)} FROM audit_entry "  # noqa: S608 - names of columns
    "WHERE chain = {mark} ORDER BY seq"
)
_VALUES: Final = (
    f"SELECT {', '.join(VALUE_COLUMNS)} FROM audit_value "  # noqa: S608 - names of columns
    "WHERE chain = {mark} ORDER BY seq"
)


async def read_pieces(
    connection: AsyncConnection, chain: str
) -> AsyncIterator[tuple[Sequence[EntryRow], Sequence[ValueRow]]]:
    """The whole chain in order, a few thousand entries at a time with their values.

    Straight from the driver: making rows of SQLAlchemy's takes longer than verifying them. The
    connection must be in a transaction already.
    """
    raw: Any = (await connection.get_raw_connection()).driver_connection
    of = _of_postgresql if connection.dialect.name == "postgresql" else _of_sqlite
    next_entries, next_values = await of(raw, _ENTRIES, chain), await of(raw, _VALUES, chain)
    waiting: list[ValueRow] = []
    while piece := await next_entries(_PIECE):
        last = piece[-1][0]
        while (not waiting or waiting[-1][0] <= last) and (more := await next_values(_PIECE)):
            waiting += more
        end = bisect_right(waiting, last, key=itemgetter(0))
        yield piece, waiting[:end]
        del waiting[:end]


async def _of_postgresql(raw: Any, statement: str, chain: str) -> Any:
    return (await raw.cursor(statement.format(mark="$1"), chain)).fetch


async def _of_sqlite(raw: Any, statement: str, chain: str) -> Any:
    return (await raw.execute(statement.format(mark="?"), (chain,))).fetchmany


async def load_purged(connection: AsyncConnection, chain: str) -> set[tuple[int, str]]:
    """What entries of the chain say was taken away: numbers and slots.

    The entries, not `audit_purge`: only they are held by the chain.
    """
    query = select(audit_entry.c.seq, audit_entry.c.body).where(
        audit_entry.c.chain == chain, audit_entry.c.action == AuditAction.PURGED
    )
    found: set[tuple[int, str]] = set()
    for seq, body in await connection.execute(query):
        found |= {place for place in _purged_in(body) if place[0] < seq}
    return found


def _purged_in(body: str) -> set[tuple[int, str]]:
    """Nothing from a body that is none of ours: verification says so."""
    try:
        listed = json.loads(body)["subject"]["purged"]
        return {(int(seq), str(slot)) for seq, slots in listed.items() for slot in slots}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


async def hash_at(connection: AsyncConnection, chain: str, seq: int) -> str | None:
    """The hash of one entry; None where there is no such entry."""
    query = select(audit_entry.c.hash).where(audit_entry.c.chain == chain, audit_entry.c.seq == seq)
    return (await connection.execute(query)).scalar_one_or_none()


async def values_of(
    connection: AsyncConnection, places: Collection[Place]
) -> dict[Place, dict[str, str]]:
    """The values that are still there, by slot, for each of these entries."""
    found: dict[Place, dict[str, str]] = {}
    if not places:
        return found
    query = select(audit_value.c.chain, audit_value.c.seq, audit_value.c.slot, audit_value.c.value)
    query = query.where(tuple_(audit_value.c.chain, audit_value.c.seq).in_(places))
    for chain, seq, slot, value in await connection.execute(query):
        found.setdefault((chain, seq), {})[slot] = value
    return found


async def purged_of(
    connection: AsyncConnection, places: Collection[Place]
) -> dict[Place, set[str]]:
    """The slots whose values were purged, for each of these entries."""
    found: dict[Place, set[str]] = {}
    if not places:
        return found
    query = select(audit_purge.c.chain, audit_purge.c.seq, audit_purge.c.slot)
    query = query.where(tuple_(audit_purge.c.chain, audit_purge.c.seq).in_(places))
    for chain, seq, slot in await connection.execute(query):
        found.setdefault((chain, seq), set()).add(slot)
    return found
