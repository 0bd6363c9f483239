"""The form of the hashed text, fixed for good: changing it would break every chain there is."""

import hashlib
import time
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.audit.chain import (
    NO_ENTRY,
    commitment,
    entry_body,
    entry_hash,
    next_link,
)
from trimtab_server.audit.fact import AuditAction, AuditFact

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FACT = AuditFact(
    action=AuditAction.CHANGE,
    actor_id="a1",
    actor_name="Ada",
    channel="api",
    request_id="r1",
    address="::1",
    revision=7,
    reason=None,
    subject={"z": 1, "a": ["ü"]},
    values={},
)


def framed(*fields: str) -> bytes:
    return b"".join(len(one.encode()).to_bytes(8, "big") + one.encode() for one in fields)


def test_entry_body__known_fact__is_this_very_text() -> None:
    assert entry_body(FACT, AT, {"0.new": "ab", "0.old": None}) == (
        '{"action":"change","actorId":"a1","actorName":"Ada","address":"::1",'
        '"at":"2026-01-02T03:04:05.000000+00:00","channel":"api","reason":null,'
        '"requestId":"r1","revision":7,"subject":{"a":["ü"],"z":1},'
        '"values":{"0.new":"ab","0.old":null}}'
    )


def test_entry_hash__known_entry__is_sha256_of_framed_fields() -> None:
    expected = hashlib.sha256(framed("trimtab.audit.entry.v1", "system", "1", NO_ENTRY, "{}"))
    assert entry_hash("system", 1, NO_ENTRY, "{}") == expected.hexdigest()


def test_commitment__known_value__is_sha256_of_framed_fields() -> None:
    expected = hashlib.sha256(framed("trimtab.audit.value.v1", "0a0b", '"x"'))
    assert commitment("0a0b", '"x"') == expected.hexdigest()


@given(st.text(max_size=8), st.text(max_size=8), st.integers(0, 8))
def test_commitment__same_letters_split_elsewhere__differs(a: str, b: str, at: int) -> None:
    whole = a + b
    left, right = whole[:at], whole[at:]
    assert (commitment(a, b) == commitment(left, right)) == ((a, b) == (left, right))


def test_next_link__sixty_four_entries__takes_under_two_milliseconds() -> None:
    def hash_all() -> float:
        started = time.process_time()
        head = NO_ENTRY
        for seq in range(64):
            body = entry_body(FACT, AT, {"0.old": commitment("00", "1"), "0.new": None})
            head = next_link("system", seq, head, body).hash
        return time.process_time() - started

    assert min(hash_all() for _ in range(20)) < 0.002


def test_next_link__follows__binds_to_the_one_before() -> None:
    links = [next_link("system", 0, NO_ENTRY, "{}")]
    for _ in range(5):
        links.append(next_link("system", links[-1].seq, links[-1].hash, "{}"))
    assert all(after.prev_hash == before.hash for before, after in pairwise(links))
    assert len({link.hash for link in links}) == 6
