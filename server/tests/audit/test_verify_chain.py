"""Tampering is found: every kind of it, at every place."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trimtab_server.audit.chain import NO_ENTRY, commitment, entry_body, next_link
from trimtab_server.audit.fact import AuditAction, AuditFact
from trimtab_server.audit.verify_chain import (
    ENTRY_COLUMNS,
    ChainVerifier,
    FaultKind,
    StoredEntry,
    StoredValue,
    verify_chain,
)

CHAIN = "application:0"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Entries = list[StoredEntry]


def chain_of(length: int) -> Entries:
    entries: Entries = []
    seq, head = 0, NO_ENTRY
    for number in range(length):
        salt, value = f"{number:032x}", f'"value {number}"'
        fact = AuditFact(
            AuditAction.CHANGE, "a", "Ada", "api", None, None, number, "why", {"n": number}, {}
        )
        body = entry_body(fact, AT, {"0.old": None, "0.new": commitment(salt, value)})
        link = next_link(CHAIN, seq, head, body)
        seq, head = link.seq, link.hash
        entries.append(
            StoredEntry(
                seq=seq,
                at=AT,
                action="change",
                actor_id="a",
                actor_name="Ada",
                channel="api",
                request_id=None,
                address=None,
                revision=number,
                reason="why",
                body=body,
                prev_hash=link.prev_hash,
                hash=head,
                values=(StoredValue("0.new", salt, value),),
            )
        )
    return entries


def head_of(entries: Entries) -> tuple[int, str]:
    return entries[-1].seq, entries[-1].hash


def faults(entries: Entries, head: tuple[int, str], chain: str = CHAIN) -> set[FaultKind]:
    return {fault.kind for fault in verify_chain(chain, entries, head=head)}


def edit_body(entries: Entries, at: int) -> Entries:
    body = entries[at].body.replace('"why"', '"because"')
    return [*entries[:at], replace(entries[at], body=body), *entries[at + 1 :]]


def edit_body_and_hash(entries: Entries, at: int) -> Entries:
    body = entries[at].body.replace('"why"', '"because"')
    link = next_link(CHAIN, entries[at].seq - 1, entries[at].prev_hash, body)
    forged = replace(entries[at], body=body, hash=link.hash, reason="because")
    return [*entries[:at], forged, *entries[at + 1 :]]


def delete(entries: Entries, at: int) -> Entries:
    return entries[:at] + entries[at + 1 :]


def delete_and_renumber(entries: Entries, at: int) -> Entries:
    return entries[:at] + [replace(one, seq=one.seq - 1) for one in entries[at + 1 :]]


def insert_copy(entries: Entries, at: int) -> Entries:
    return [*entries[: at + 1], entries[at], *entries[at + 1 :]]


def swap(entries: Entries, at: int) -> Entries:
    other = (at + 1) % len(entries)
    swapped = list(entries)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    return swapped


def swap_and_renumber(entries: Entries, at: int) -> Entries:
    return [replace(entry, seq=number) for number, entry in enumerate(swap(entries, at), start=1)]


def cut_the_tail(entries: Entries, at: int) -> Entries:
    return entries[:at]


def edit_column(entries: Entries, at: int) -> Entries:
    return [*entries[:at], replace(entries[at], actor_name="Eve"), *entries[at + 1 :]]


def edit_time(entries: Entries, at: int) -> Entries:
    moved = replace(entries[at], at=AT - timedelta(microseconds=1))
    return [*entries[:at], moved, *entries[at + 1 :]]


def edit_value(entries: Entries, at: int) -> Entries:
    value = replace(entries[at].values[0], value='"another"')
    return [*entries[:at], replace(entries[at], values=(value,)), *entries[at + 1 :]]


def add_value(entries: Entries, at: int) -> Entries:
    values = (*entries[at].values, StoredValue("0.old", "00", "1"))
    return [*entries[:at], replace(entries[at], values=values), *entries[at + 1 :]]


TAMPERINGS: tuple[Callable[[Entries, int], Entries], ...] = (
    edit_body,
    edit_body_and_hash,
    delete,
    delete_and_renumber,
    insert_copy,
    swap,
    swap_and_renumber,
    cut_the_tail,
    edit_column,
    edit_time,
    edit_value,
    add_value,
)


def test_verify_chain__as_written__finds_nothing() -> None:
    entries = chain_of(30)
    assert faults(entries, head_of(entries)) == set()


def test_verify_chain__nothing_written__finds_nothing() -> None:
    assert faults([], (0, NO_ENTRY)) == set()


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_verify_chain__tampered_at_any_place__finds_it(
    tamper: Callable[[Entries, int], Entries],
) -> None:
    entries = chain_of(12)
    head = head_of(entries)
    missed = [at for at in range(len(entries)) if not faults(tamper(entries, at), head)]
    assert missed == []


def test_verify_chain__thousand_random_tamperings__finds_all() -> None:
    chance = random.Random(4711)
    entries = chain_of(40)
    head = head_of(entries)
    for _ in range(1000):
        tamper, at = chance.choice(TAMPERINGS), chance.randrange(len(entries))
        assert faults(tamper(entries, at), head), (tamper.__name__, at)


def test_verify_chain__any_single_character_of_a_body_changed__finds_it() -> None:
    entries = chain_of(1)
    head = head_of(entries)
    body = entries[0].body
    for place in range(len(body)):
        changed = body[:place] + ("1" if body[place] != "1" else "2") + body[place + 1 :]
        assert faults([replace(entries[0], body=changed)], head) == {FaultKind.ALTERED_BODY}


def test_verify_chain__values_purged__finds_nothing() -> None:
    entries = [replace(entry, values=()) for entry in chain_of(5)]
    assert faults(entries, head_of(entries)) == set()


def test_verify_chain__entries_of_another_chain__finds_it() -> None:
    entries = chain_of(3)
    assert faults(entries, head_of(entries), "application:1") == {FaultKind.ALTERED_BODY}


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", '{"values":[]}', '{"values":{}}'])
def test_verify_chain__rehashed_nonsense__is_a_fault_and_no_error(body: str) -> None:
    (entry,) = chain_of(1)
    link = next_link(CHAIN, 0, NO_ENTRY, body)
    forged = replace(entry, body=body, hash=link.hash)
    assert FaultKind.ALTERED_COLUMN in faults([forged], (1, link.hash))


def test_verify__entries_from_a_driver__are_a_hundred_thousand_in_a_second() -> None:
    written = chain_of(2_000)  # as many as are read at once
    entries = [tuple(getattr(one, name) for name in ENTRY_COLUMNS) for one in written]
    values = [(one.seq, it.slot, it.salt, it.value) for one in written for it in one.values]
    fastest = min(_seconds_of(entries, values) for _ in range(30))
    assert len(entries) / fastest >= 100_000


def _seconds_of(entries: list[Any], values: list[Any]) -> float:
    started = time.process_time()  # what others do on the machine does not count
    assert list(ChainVerifier(CHAIN, set()).feed(entries, values)) == []
    return time.process_time() - started


def test_verify_chain__rebuilt_with_a_number_left_out__finds_the_gap() -> None:
    (entry,) = chain_of(1)
    link = next_link(CHAIN, 1, NO_ENTRY, entry.body)
    rebuilt = [replace(entry, seq=link.seq, hash=link.hash)]
    assert faults(rebuilt, head_of(rebuilt)) == {FaultKind.GAP}
