"""Appending to a chain: numbers, links, what is kept and what is not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import NO_ENTRY
from trimtab_server.audit.models import audit_chain, audit_entry, audit_value
from trimtab_server.audit.record import AuditAction, AuditFact, record
from trimtab_server.audit.verify_chain import StoredEntry, StoredValue, verify_chain
from trimtab_server.infra.database import Database

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def fact(number: int, **values: str | None) -> AuditFact:
    return AuditFact(
        action=AuditAction.CHANGE,
        actor_id="7b5b",
        actor_name='Zoë | "x"',
        channel="api",
        request_id=f"request-{number}",
        address="127.0.0.1",
        revision=number,
        reason="weil es 🌙 ist",
        subject={"items": [{"key": "MODEL", "version": number}]},
        values=values,
    )


async def read_chain(connection: AsyncConnection, chain: str) -> list[StoredEntry]:
    values: dict[int, list[StoredValue]] = {}
    of_chain = select(audit_value).where(audit_value.c.chain == chain)
    for row in await connection.execute(of_chain):
        values.setdefault(row.seq, []).append(StoredValue(row.slot, row.salt, row.value))
    entries = select(audit_entry).where(audit_entry.c.chain == chain).order_by(audit_entry.c.seq)
    return [
        StoredEntry(
            seq=row.seq,
            at=row.at,
            action=row.action,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            channel=row.channel,
            request_id=row.request_id,
            address=row.address,
            revision=row.revision,
            reason=row.reason,
            body=row.body,
            prev_hash=row.prev_hash,
            hash=row.hash,
            values=tuple(values.get(row.seq, ())),
        )
        for row in await connection.execute(entries)
    ]


async def head_of(connection: AsyncConnection, chain: str) -> tuple[int, str]:
    row = (await connection.execute(select(audit_chain).where(audit_chain.c.name == chain))).one()
    return row.seq, row.head


async def test_record__batches_with_and_without_values__verify_as_one_chain(
    database: Database,
) -> None:
    async with database.write() as connection:
        first = await record(connection, "system", [fact(1), fact(2, old=None, new='"a"')], AT)
    async with database.write() as connection:
        second = await record(connection, "system", [fact(3, old='"a"', new="1.5")], AT)
    async with database.read() as connection:
        entries = await read_chain(connection, "system")
        head = await head_of(connection, "system")

    assert (first, second) == (2, 3)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert entries[0].prev_hash == NO_ENTRY
    assert entries[0].at == AT
    assert [len(entry.values) for entry in entries] == [0, 1, 2]
    assert list(verify_chain("system", entries, head=head)) == []


async def test_record__no_facts__writes_no_entry(database: Database) -> None:
    async with database.write() as connection:
        assert await record(connection, "system", [], AT) == 0
        assert await record(connection, "system", [fact(1)], AT) == 1
        assert await record(connection, "system", [], AT) == 1
        assert await read_chain(connection, "system") != []


async def test_record__two_chains__do_not_touch_each_other(database: Database) -> None:
    async with database.write() as connection:
        await record(connection, "system", [fact(1), fact(2)], AT)
        await record(connection, "application:1", [fact(3)], AT)
    async with database.read() as connection:
        for chain, length in (("system", 2), ("application:1", 1)):
            entries = await read_chain(connection, chain)
            head = await head_of(connection, chain)
            assert len(entries) == length
            assert list(verify_chain(chain, entries, head=head)) == []


async def test_record__transaction_rolled_back__leaves_nothing(database: Database) -> None:
    async def failing() -> None:
        async with database.write() as connection:
            await record(connection, "system", [fact(1, new="1")], AT)
            raise LookupError("after the entry")

    with pytest.raises(LookupError):
        await failing()
    async with database.read() as connection:
        for table in (audit_chain, audit_entry, audit_value):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0


async def test_record__many_writers_at_once__one_gapless_chain(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await record(connection, "system", [fact(number, new=str(number)), fact(number)], AT)

    await asyncio.gather(*(write(number) for number in range(12)))
    async with database.read() as connection:
        entries = await read_chain(connection, "system")
        head = await head_of(connection, "system")
    assert [entry.seq for entry in entries] == list(range(1, 25))
    assert list(verify_chain("system", entries, head=head)) == []


async def test_record__value__is_nowhere_but_in_the_purgeable_table(database: Database) -> None:
    canary = '"canary-4711"'
    async with database.write() as connection:
        await record(connection, "system", [fact(1, new=canary)], AT)
        await connection.execute(audit_value.delete())
    async with database.read() as connection:
        entries = await read_chain(connection, "system")
        head = await head_of(connection, "system")
    assert "canary-4711" not in repr(entries)
    assert list(verify_chain("system", entries, head=head)) == []


async def test_record__same_value_twice__commitments_differ(database: Database) -> None:
    async with database.write() as connection:
        await record(connection, "system", [fact(1, old="true", new="true")], AT)
        (entry,) = await read_chain(connection, "system")
    salts = {value.salt for value in entry.values}
    assert len(salts) == 2
    assert all(len(salt) == 32 for salt in salts)


async def test_record__another_time_zone__same_instant(database: Database) -> None:
    local = AT.astimezone(tz=None) + timedelta(0)
    async with database.write() as connection:
        await record(connection, "system", [fact(1)], local)
        (entry,) = await read_chain(connection, "system")
        head = await head_of(connection, "system")
    assert entry.at == AT
    assert '"at":"2026-01-02T03:04:05.678901+00:00"' in entry.body
    assert list(verify_chain("system", [entry], head=head)) == []
