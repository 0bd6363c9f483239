"""A thousand rewritings of the trail, tried on real databases, and every one found."""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine_driver import Driver
from raw_rows import without_triggers
from trimtab_server.audit.chain import NO_ENTRY, commitment, next_link
from trimtab_server.audit.models import audit_chain, audit_entry, audit_value
from trimtab_server.catalog.models import application as application_table
from trimtab_server.config.edits import CreateSetting, Place, SetValue
from trimtab_server.infra.database import Database, database_now
from trimtab_server.trail.chains import Chain, load_chains
from trimtab_server.trail.checkpoint import Checkpoint, Head, sign
from trimtab_server.trail.verify import ChainReport, verify, with_signed

# On each of two databases; the long form is asked for by TRIMTAB_LONG_TESTS=1.
TAMPERINGS = 5_000 if os.environ.get("TRIMTAB_LONG_TESTS") else 500
LENGTH = 24
SIGNED = 16
KEY = Ed25519PrivateKey.generate()
Rows = list[dict[str, Any]]


class Tampering:
    """One transaction's view of one chain, to be written to without triggers."""

    def __init__(self, connection: AsyncConnection, chain: str, chance: random.Random) -> None:
        self.connection = connection
        self.chain = chain
        self.chance = chance

    async def entries(self) -> Rows:
        query = select(audit_entry).where(audit_entry.c.chain == self.chain)
        rows = await self.connection.execute(query.order_by(audit_entry.c.seq))
        return [dict(row) for row in rows.mappings()]

    async def edit(self, seq: int, **columns: Any) -> None:
        mine = (audit_entry.c.chain == self.chain, audit_entry.c.seq == seq)
        await self.connection.execute(update(audit_entry).where(*mine).values(**columns))

    async def remove(self, *seqs: int) -> None:
        """Entries with their values, as somebody who knows the tables would."""
        for table in (audit_value, audit_entry):
            mine = (table.c.chain == self.chain, table.c.seq.in_(seqs))
            await self.connection.execute(delete(table).where(*mine))

    async def renumber(self, old: int, new: int) -> None:
        for table in (audit_value, audit_entry):
            mine = (table.c.chain == self.chain, table.c.seq == old)
            await self.connection.execute(update(table).where(*mine).values(seq=new))

    async def point_at(self, seq: int, head: str) -> None:
        mine = audit_chain.c.name == self.chain
        await self.connection.execute(update(audit_chain).where(mine).values(seq=seq, head=head))

    async def rehash(self, start: int) -> None:
        """Make every hash from there on right again, and the head with them."""
        rows = await self.entries()
        head = rows[start - 2]["hash"] if start > 1 else NO_ENTRY
        for row in rows[start - 1 :]:
            link = next_link(self.chain, row["seq"] - 1, head, row["body"])
            await self.edit(row["seq"], prev_hash=head, hash=link.hash)
            head = link.hash
        await self.point_at(rows[-1]["seq"], head)

    def any(self, rows: Rows) -> int:
        return int(self.chance.choice(rows)["seq"])


async def edit_body(of: Tampering) -> None:
    row = of.chance.choice(await of.entries())
    place = of.chance.randrange(len(row["body"]))
    other = "1" if row["body"][place] != "1" else "2"
    await of.edit(row["seq"], body=row["body"][:place] + other + row["body"][place + 1 :])


async def edit_column(of: Tampering) -> None:
    row = of.chance.choice(await of.entries())
    column, value = of.chance.choice(
        [
            ("actor_name", "Eve"),
            ("actor_id", "eve"),
            ("action", "grant-given"),
            ("channel", "cli"),
            ("request_id", None),
            ("address", "::2"),
            ("revision", 4711),
            ("reason", "because I can"),
        ]
    )
    await of.edit(row["seq"], **{column: value})


async def edit_and_hash_again(of: Tampering) -> None:
    row = of.chance.choice(await of.entries())
    body = row["body"].replace('"tester"', '"nobody"')
    link = next_link(of.chain, row["seq"] - 1, row["prev_hash"], body)
    await of.edit(row["seq"], body=body, hash=link.hash, actor_name="nobody", actor_id="nobody")


async def edit_hash(of: Tampering) -> None:
    seq = of.any(await of.entries())
    await of.edit(seq, hash=f"{of.chance.getrandbits(256):064x}")


async def edit_value(of: Tampering) -> None:
    await _any_value(of, value='"another"')


async def edit_salt(of: Tampering) -> None:
    await _any_value(of, salt="00" * 16)


async def _any_value(of: Tampering, **columns: str) -> None:
    rows = (
        await of.connection.execute(select(audit_value).where(audit_value.c.chain == of.chain))
    ).all()
    row = of.chance.choice(rows)
    mine = [audit_value.c[name] == getattr(row, name) for name in ("chain", "seq", "slot")]
    await of.connection.execute(update(audit_value).where(*mine).values(**columns))


async def delete_value(of: Tampering) -> None:
    rows = (
        await of.connection.execute(select(audit_value).where(audit_value.c.chain == of.chain))
    ).all()
    row = of.chance.choice(rows)
    mine = [audit_value.c[name] == getattr(row, name) for name in ("chain", "seq", "slot")]
    await of.connection.execute(delete(audit_value).where(*mine))


async def purge_value_untold(of: Tampering) -> None:
    """With a row in `audit_purge`, as the database asks for, but no entry that says so."""
    await of.connection.execute(
        text(
            "INSERT INTO audit_purge SELECT chain, seq, slot, seq FROM audit_value "
            "WHERE chain = :chain"
        ),
        {"chain": of.chain},
    )
    await delete_value(of)


async def add_value(of: Tampering) -> None:
    row = {"chain": of.chain, "seq": of.any(await of.entries()), "slot": "9.new"}
    await of.connection.execute(insert(audit_value), [row | {"salt": "00", "value": "1"}])


async def delete_entry(of: Tampering) -> None:
    await of.remove(of.any((await of.entries())[:-1]))


async def delete_and_close_the_gap(of: Tampering) -> None:
    """Numbers and hashes made right again: only the count of changes gives it away."""
    rows = await of.entries()
    seq = of.any(rows)
    await of.remove(seq)
    for row in rows[seq:]:
        await of.renumber(row["seq"], row["seq"] - 1)
    await of.rehash(max(seq - 1, 1))


async def insert_copy(of: Tampering) -> None:
    """An entry once more, the later ones moved up, hashes as they were."""
    rows = await of.entries()
    seq = of.any(rows)
    for row in reversed(rows[seq:]):
        await of.renumber(row["seq"], row["seq"] + 1)
    await of.connection.execute(insert(audit_entry), [rows[seq - 1] | {"seq": seq + 1}])


async def insert_and_rehash(of: Tampering) -> None:
    await insert_copy(of)
    await of.rehash(1)


async def swap(of: Tampering) -> None:
    rows = await of.entries()
    one = of.any(rows[:-1])
    await of.renumber(one, 10_000)
    await of.renumber(one + 1, one)
    await of.renumber(10_000, one + 1)


async def swap_and_rehash(of: Tampering) -> None:
    """After a checkpoint was signed: before it, nothing in the chain gives it away."""
    await swap(of)
    await of.rehash(1)


async def cut_the_tail(of: Tampering) -> None:
    rows = await of.entries()
    keep = of.chance.randrange(len(rows) - 1)
    await of.remove(*(row["seq"] for row in rows[keep:]))


async def cut_the_tail_and_the_head(of: Tampering) -> None:
    """The chain's row wound back with it, and the application's revision left alone."""
    rows = await of.entries()
    keep = of.chance.randrange(1, len(rows) - 1)
    await of.remove(*(row["seq"] for row in rows[keep:]))
    await of.point_at(keep, rows[keep - 1]["hash"])


async def cut_everything_to_match(of: Tampering) -> None:
    """The application wound back as well: only what was signed outside shows it."""
    rows = await of.entries()
    keep = of.chance.randrange(1, SIGNED - 1)
    await of.remove(*(row["seq"] for row in rows[keep:]))
    await of.point_at(keep, rows[keep - 1]["hash"])
    await of.connection.execute(
        update(application_table).values(revision=rows[keep - 1]["revision"])
    )


async def rebuild(of: Tampering) -> None:
    """One entry rewritten, with its value and everything after it: only a signature shows it."""
    rows = await of.entries()
    row = of.chance.choice(rows[1:SIGNED])
    salt, value = "00" * 16, '"forged"'
    mine = (audit_value.c.chain == of.chain, audit_value.c.seq == row["seq"])
    stored = (await of.connection.execute(select(audit_value).where(*mine))).all()[0]
    old, new = commitment(stored.salt, stored.value), commitment(salt, value)
    await of.connection.execute(
        update(audit_value)
        .where(*mine, audit_value.c.slot == bindparam("forged_slot"))
        .values(salt=salt, value=value),
        {"forged_slot": stored.slot},
    )
    await of.edit(row["seq"], body=row["body"].replace(old, new))
    await of.rehash(row["seq"])


async def drop_the_chain(of: Tampering) -> None:
    await of.remove(*(row["seq"] for row in await of.entries()))
    await of.connection.execute(delete(audit_chain).where(audit_chain.c.name == of.chain))


WITHIN: tuple[Callable[[Tampering], Any], ...] = (
    edit_body,
    edit_column,
    edit_and_hash_again,
    edit_hash,
    edit_value,
    edit_salt,
    delete_value,
    purge_value_untold,
    add_value,
    delete_entry,
    delete_and_close_the_gap,
    insert_copy,
    insert_and_rehash,
    swap,
    cut_the_tail,
    cut_the_tail_and_the_head,
    drop_the_chain,
)
BEHIND_A_SIGNATURE: tuple[Callable[[Tampering], Any], ...] = (
    cut_everything_to_match,
    rebuild,
)


async def _filled(database: Database) -> tuple[str, Checkpoint]:
    """A chain of some length, signed in its middle."""
    driver = Driver(database)
    name = await driver.new_application()
    create = CreateSetting(Place("RETRIES", "base"), {"type": "integer"}, 0)
    await driver.must(name, [create])
    signed = None
    for number in range(3, LENGTH + 1):
        await driver.must(name, [SetValue(Place("RETRIES", "base"), number)])
        if number == SIGNED:
            signed = await checkpoint(database)
    assert signed is not None
    async with database.read() as connection:
        (chain,) = [one for one in await load_chains(connection) if one.application == name]
    assert chain.seq == LENGTH
    return chain.name, signed


async def checkpoint(database: Database) -> Checkpoint:
    async with database.read() as connection:
        heads = [Head(one.name, one.seq, one.head) for one in await load_chains(connection)]
        return sign(KEY, heads, await database_now(connection))


async def _report(
    connection: AsyncConnection, name: str, checkpoints: Sequence[Checkpoint]
) -> ChainReport:
    chains: list[Chain] = with_signed(await load_chains(connection), checkpoints)
    (report,) = await verify(connection, [one for one in chains if one.name == name], checkpoints)
    return report


async def test_verify__as_written__finds_nothing(database: Database) -> None:
    name, signed = await _filled(database)
    async with database.read() as connection:
        report = await _report(connection, name, [signed])
    assert report.problems == ()
    assert report.entries == LENGTH


@pytest.mark.timeout(1_800)
async def test_verify__hundreds_of_tamperings__finds_every_one(database: Database) -> None:
    name, signed = await _filled(database)
    chance = random.Random(4711)
    missed = []
    async with database.write() as connection, without_triggers(connection):
        for number in range(TAMPERINGS):
            ways = (*WITHIN, *BEHIND_A_SIGNATURE)
            tamper = ways[number % len(ways)]
            savepoint = await connection.begin_nested()
            await tamper(Tampering(connection, name, chance))
            report = await _report(connection, name, [signed])
            if report.valid:
                missed.append(tamper.__name__)
            await savepoint.rollback()
        assert (await _report(connection, name, [signed])).valid
    assert missed == []


async def test_verify__without_any_checkpoint__finds_what_the_chain_shows(
    database: Database,
) -> None:
    name, _ = await _filled(database)
    missed = []
    async with database.write() as connection, without_triggers(connection):
        for tamper in WITHIN:
            savepoint = await connection.begin_nested()
            await tamper(Tampering(connection, name, random.Random(1)))
            if (await _report(connection, name, [])).valid:
                missed.append(tamper.__name__)
            await savepoint.rollback()
        assert (await _report(connection, name, [])).valid, "each was taken back"
    assert missed == []


async def test_verify__entry_deleted__names_the_place(database: Database) -> None:
    name, _ = await _filled(database)
    async with database.write() as connection, without_triggers(connection):
        await Tampering(connection, name, random.Random()).remove(7)
        report = await _report(connection, name, [])
    assert (report.problems[0].seq, report.problems[0].kind) == (8, "gap")


@pytest.mark.parametrize("column", ["body", "hash", "at"])
async def test_verify__something_that_is_no_text__is_a_fault_and_no_error(
    database: Database, column: str
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL's columns hold what they are declared to hold
    name, _ = await _filled(database)
    async with database.write() as connection, without_triggers(connection):
        statement = f"UPDATE audit_entry SET {column} = x'00ff' WHERE seq = 5"
        await connection.exec_driver_sql(statement)
        report = await _report(connection, name, [])
    assert report.problems[0].seq == 5
