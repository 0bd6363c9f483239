"""Is a chain what was once written? Pure: whoever reads the rows brings them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from .chain import NO_ENTRY, commitment, entry_hash, instant_text


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A row of `audit_value`: one value an entry commits to, not purged yet."""

    slot: str
    salt: str
    value: str


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of `audit_entry` with the values that are still there."""

    seq: int
    at: datetime
    action: str
    actor_id: str | None
    actor_name: str | None
    channel: str
    request_id: str | None
    address: str | None
    revision: int | None
    reason: str | None
    body: str
    prev_hash: str
    hash: str
    values: tuple[StoredValue, ...] = ()


class FaultKind(StrEnum):
    """How a chain differs from what was written."""

    GAP = "gap"
    BROKEN_LINK = "broken-link"
    ALTERED_BODY = "altered-body"
    ALTERED_COLUMN = "altered-column"
    ALTERED_VALUE = "altered-value"
    WRONG_HEAD = "wrong-head"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and the entry that shows it."""

    seq: int
    kind: FaultKind


def verify_chain(
    chain: str, entries: Iterable[StoredEntry], *, head: tuple[int, str]
) -> Iterator[Fault]:
    """Every fault of the chain, its entries given in order of their numbers.

    `head` is the number and hash its row in `audit_chain` names; (0, NO_ENTRY) where there is no
    such row. A value that is missing was purged, which is no fault. What a rewrite of the whole
    chain from some entry on would hide, only a head noted elsewhere can show.
    """
    last_seq, last_hash = 0, NO_ENTRY
    for entry in entries:
        if entry.seq != last_seq + 1:
            yield Fault(entry.seq, FaultKind.GAP)
        if entry.prev_hash != last_hash:
            yield Fault(entry.seq, FaultKind.BROKEN_LINK)
        yield from (Fault(entry.seq, kind) for kind in _faults_within(chain, entry))
        last_seq, last_hash = entry.seq, entry.hash
    if (last_seq, last_hash) != head:
        yield Fault(last_seq, FaultKind.WRONG_HEAD)


def _faults_within(chain: str, entry: StoredEntry) -> Iterator[FaultKind]:
    if entry_hash(chain, entry.seq, entry.prev_hash, entry.body) != entry.hash:
        yield FaultKind.ALTERED_BODY
        return
    body = _parsed(entry.body)
    if not all(column(entry) == body.get(name) for name, column in _REPEATED.items()):
        yield FaultKind.ALTERED_COLUMN
    commitments = body.get("values", {})
    for value in entry.values:
        if commitments.get(value.slot) != commitment(value.salt, value.value):
            yield FaultKind.ALTERED_VALUE


def _parsed(body: str) -> dict[str, Any]:
    """Empty for what no entry of ours ever said, so that every column disagrees with it."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    is_entry = isinstance(parsed, dict) and isinstance(parsed.get("values"), dict)
    return parsed if is_entry else {}


# The columns repeat the body for queries: one that disagrees would answer them wrongly.
_REPEATED: dict[str, Callable[[StoredEntry], object]] = {
    "action": lambda entry: entry.action,
    "actorId": lambda entry: entry.actor_id,
    "actorName": lambda entry: entry.actor_name,
    "address": lambda entry: entry.address,
    "at": lambda entry: instant_text(entry.at),
    "channel": lambda entry: entry.channel,
    "reason": lambda entry: entry.reason,
    "requestId": lambda entry: entry.request_id,
    "revision": lambda entry: entry.revision,
}
