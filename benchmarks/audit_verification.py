"""How fast a trail is verified: entries of one change each, with the values they commit to.

    ./dev bench benchmarks/audit_verification.py

`ENTRIES` in the environment chooses how many (default 200,000); both databases are measured, and
the pure part without any.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

sys.path.insert(0, str(Path(__file__).parents[1] / "testing"))

from api_driver import Store
from real_servers.postgres import running_postgres
from trimtab_server.audit.chain import NO_ENTRY, commitment, entry_body, next_link
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.models import audit_chain, audit_entry, audit_value
from trimtab_server.audit.verify_chain import ENTRY_COLUMNS, VALUE_COLUMNS, ChainVerifier
from trimtab_server.infra.database import Database
from trimtab_server.trail.chains import load_chains
from trimtab_server.trail.verify import verify

ENTRIES = int(os.environ.get("ENTRIES", "200000"))
CHAIN = "system"
AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_BATCH = 5_000


def main() -> None:
    """Measure and print."""
    print(f"{ENTRIES:,} entries, two values each; in a second, and in a second of this process")
    _tell("in memory", _pure())
    with tempfile.TemporaryDirectory() as folder:
        _tell("SQLite", asyncio.run(_stored(f"sqlite:///{folder}/store.sqlite3")))
    with running_postgres() as server:
        _tell("PostgreSQL", asyncio.run(_stored(server.create_database())))


def _tell(what: str, seconds: tuple[float, float]) -> None:
    wall, processor = (ENTRIES / one for one in seconds)
    print(f"{what:<12}{wall:>10,.0f}{processor:>10,.0f}")


def _pure() -> tuple[float, float]:
    made = list(_made(1, NO_ENTRY, ENTRIES))
    entries: list[Any] = [tuple(entry[name] for name in ENTRY_COLUMNS) for entry, _ in made]
    values: list[Any] = [
        tuple(one[name] for name in VALUE_COLUMNS) for _, of_entry in made for one in of_entry
    ]
    started = _clocks()
    faults = list(ChainVerifier(CHAIN, set()).feed(entries, values))
    seconds = _since(started)
    assert faults == []
    return seconds


async def _stored(url: str) -> tuple[float, float]:
    database = Database(url)
    await Store(database).prepare()
    await _fill(database)
    async with database.read() as connection:
        chains = [one for one in await load_chains(connection) if one.name == CHAIN]
        started = _clocks()
        (report,) = await verify(connection, chains)
        seconds = _since(started)
    await database.dispose()
    assert report.valid, report.problems
    assert report.entries == ENTRIES
    return seconds


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    now = _clocks()
    return now[0] - started[0], now[1] - started[1]


async def _fill(database: Database) -> None:
    mine = audit_chain.c.name == CHAIN
    async with database.write() as connection:
        row = (await connection.execute(select(audit_chain).where(mine))).one_or_none()
        if row is None:
            empty = {"name": CHAIN, "seq": 0, "head": NO_ENTRY}
            await connection.execute(insert(audit_chain), [empty])
    seq, head = (0, NO_ENTRY) if row is None else (row.seq, row.head)
    last = seq + ENTRIES
    while seq < last:
        made = list(_made(seq + 1, head, min(_BATCH, last - seq)))
        seq, head = made[-1][0]["seq"], made[-1][0]["hash"]
        async with database.write() as connection:
            await connection.execute(insert(audit_entry), [entry for entry, _ in made])
            await connection.execute(insert(audit_value), [one for _, all_ in made for one in all_])
            await connection.execute(update(audit_chain).where(mine).values(seq=seq, head=head))


def _made(
    first: int, head: str, count: int
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Rows that follow on that head."""
    for seq in range(first, first + count):
        values = [
            {
                "chain": CHAIN,
                "seq": seq,
                "slot": f"0.{which}",
                "salt": f"{seq:032x}",
                "value": f'"model {seq}"',
            }
            for which in ("new", "old")
        ]
        fact = AuditFact(
            AuditAction.CHANGE,
            "8c1d2f66-6f3b-4f0e-9f6e-0d3ad9a2b1c4",
            "Ada",
            "api",
            "0d3ad9a2-6f3b-4f0e-9f6e-8c1d2f66b1c4",
            "127.0.0.1",
            None,
            "a calmer voice",
            {
                "items": [
                    {"kind": "value", "key": "VOICE_MODEL", "environment": "prod", "version": seq}
                ]
            },
            {},
        )
        body = entry_body(
            fact, AT, {one["slot"]: commitment(one["salt"], one["value"]) for one in values}
        )
        link = next_link(CHAIN, seq - 1, head, body)
        head = link.hash
        entry = {
            "chain": CHAIN, "seq": seq, "at": AT, "action": fact.action.value,
            "actor_id": fact.actor_id, "actor_name": fact.actor_name, "channel": fact.channel,
            "request_id": fact.request_id, "address": fact.address, "revision": fact.revision,
            "reason": fact.reason, "body": body, "prev_hash": link.prev_hash, "hash": link.hash,
        }  # fmt: skip
        yield entry, values


if __name__ == "__main__":
    main()
