"""Is a chain what was once written? Pure: whoever reads the rows brings them.

Chains grow to millions of entries, so a row is checked as the driver gives it, as a tuple, and a
body is compared with what its columns make of it instead of being parsed.
"""

import hashlib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from json import JSONDecodeError, JSONDecoder
from json.encoder import encode_basestring as _text
from typing import Final, TypeAlias

from .chain import ENTRY_DOMAIN, NO_ENTRY, VALUE_DOMAIN, framed, instant_text, length

# As the two tables have them, without the chain; an instant as the driver gives it.
ENTRY_COLUMNS: Final = (
    *("seq", "at", "action", "actor_id", "actor_name", "channel", "request_id", "address"),
    *("revision", "reason", "body", "prev_hash", "hash"),
)
VALUE_COLUMNS: Final = ("seq", "slot", "salt", "value")
EntryRow: TypeAlias = tuple[
    int,
    datetime | str,
    str,
    str | None,
    str | None,
    str,
    str | None,
    str | None,
    int | None,
    str | None,
    str,
    str,
    str,
]
ValueRow: TypeAlias = tuple[int, str, str, str]


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
    MISSING_VALUE = "missing-value"
    WRONG_HEAD = "wrong-head"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and the entry that shows it."""

    seq: int
    kind: FaultKind


def verify_chain(
    chain: str,
    entries: Iterable[StoredEntry],
    *,
    head: tuple[int, str],
    purged: Container[tuple[int, str]] | None = None,
) -> Iterator[Fault]:
    """Every fault of the chain, its entries given in order of their numbers.

    `head` is the number and hash its row in `audit_chain` names; (0, NO_ENTRY) where there is no
    such row. `purged` are the values, by number and slot, that entries of the chain say were taken
    away: any other that is missing is a fault; without it, none is. What a rewrite of the whole
    chain from some entry on would hide, only a head noted elsewhere can show.
    """
    verifier = ChainVerifier(chain, purged)
    for entry in entries:
        values = [(entry.seq, one.slot, one.salt, one.value) for one in entry.values]
        yield from verifier.feed([_row(entry)], values)
    yield from verifier.end(head)


class ChainVerifier:
    """The same for a chain that comes in pieces; it remembers only the last entry."""

    def __init__(self, chain: str, purged: Container[tuple[int, str]] | None = None) -> None:
        self.last: tuple[int, str] = (0, NO_ENTRY)
        self._purged = purged
        self._of_entry = hashlib.sha256(framed(ENTRY_DOMAIN, chain))

    def feed(self, entries: Iterable[EntryRow], values: Iterable[ValueRow]) -> Iterator[Fault]:
        """Faults of the entries that follow, and of their values; both in order of `seq`."""
        waiting = iter(values)
        value = next(waiting, None)
        for row in entries:
            own: list[ValueRow] = []
            while value is not None and value[0] <= row[0]:
                own.append(value)
                value = next(waiting, None)
            try:
                if not self._is_as_written(row, own):
                    yield from self._faults(row, own)
                self.last = (row[0], row[12])
            except (AttributeError, TypeError, UnicodeError):  # SQLite takes anything in any column
                yield Fault(self.last[0] + 1, FaultKind.ALTERED_COLUMN)

    def end(self, head: tuple[int, str]) -> Iterator[Fault]:
        """Whether the entries ended where the chain's row says."""
        if self.last != head:
            yield Fault(self.last[0], FaultKind.WRONG_HEAD)

    def _is_as_written(self, row: EntryRow, values: list[ValueRow]) -> bool:
        """The quick answer for nearly every entry: nothing of it is missing or altered.

        False where it takes a closer look, as for an entry whose values were purged.
        """
        seq, body, prev_hash = row[0], row[10], row[11]
        last_seq, last_hash = self.last
        if prev_hash != last_hash or seq != last_seq + 1 or len(prev_hash.encode()) != _HASH:
            return False
        number, text = str(seq), body.encode()
        place = f"{_LENGTHS[len(number)]}{number}{_LENGTHS[_HASH]}{prev_hash}"
        digest = self._of_entry.copy()
        digest.update(place.encode() + length(len(text)) + text)  # `framed`, unrolled
        return (
            digest.hexdigest() == row[12]
            and body.startswith(_opening(row))
            and body.endswith(_ending(seq, values))
        )

    def _faults(self, row: EntryRow, values: list[ValueRow]) -> list[Fault]:
        seq, body, prev_hash, stored_hash = row[0], row[10], row[11], row[12]
        last_seq, last_hash = self.last
        faults = []
        if seq != last_seq + 1:
            faults.append(Fault(seq, FaultKind.GAP))
        if prev_hash != last_hash:
            faults.append(Fault(seq, FaultKind.BROKEN_LINK))
        digest = self._of_entry.copy()
        digest.update(framed(str(seq), prev_hash, body))
        if digest.hexdigest() != stored_hash:
            return [*faults, Fault(seq, FaultKind.ALTERED_BODY)]
        if not body.startswith(_opening(row)):
            faults.append(Fault(seq, FaultKind.ALTERED_COLUMN))
        return [*faults, *self._faults_of_values(seq, _commitments(body), values)]

    def _faults_of_values(
        self, seq: int, committed: dict[str, str | None], values: list[ValueRow]
    ) -> Iterator[Fault]:
        for of_seq, slot, salt, value in values:
            digest = _OF_VALUE.copy()
            digest.update(framed(salt, value))
            if of_seq != seq or committed.pop(slot, None) != digest.hexdigest():
                yield Fault(seq, FaultKind.ALTERED_VALUE)
        if self._purged is None:
            return
        for slot, commitment in committed.items():
            if commitment is not None and (seq, slot) not in self._purged:
                yield Fault(seq, FaultKind.MISSING_VALUE)


_PLAIN_SLOTS: Final = frozenset(
    f"{number}.{which}" for number in range(10) for which in ("new", "old", "override")
)
_OF_VALUE = hashlib.sha256(framed(VALUE_DOMAIN))
_decode = JSONDecoder().raw_decode


# Lengths below 128 as text, to be encoded together with the field behind them.
_LENGTHS: Final = tuple(length(number).decode() for number in range(128))
_HASH: Final = len(NO_ENTRY)


def _opening(row: EntryRow) -> str:
    """How a body must begin, which repeats its columns in the order of their names."""
    _, at, action, actor_id, actor_name, channel, request_id, address, revision, reason = row[:10]
    until_at, until_reason = _around_at(action, actor_id, actor_name, address, channel)
    return (
        f"{until_at}{_at(at)}{until_reason}{'null' if reason is None else _text(reason)},"
        f'"requestId":{"null" if request_id is None else _text(request_id)},'
        f'"revision":{"null" if revision is None else revision},"subject":'
    )


@lru_cache(maxsize=1024)
def _around_at(
    action: str, actor_id: str | None, actor_name: str | None, address: str | None, channel: str
) -> tuple[str, str]:
    """What stands before and behind the instant: many entries in a row have the same."""
    before = (
        f'{{"action":{_json(action)},"actorId":{_json(actor_id)},"actorName":{_json(actor_name)},'
        f'"address":{_json(address)},"at":"'
    )
    return before, f'","channel":{_text(channel)},"reason":'


def _ending(seq: int, values: list[ValueRow]) -> str:
    """How a body must end that commits to just these values; "?" where that is not so plain."""
    said = []
    for of_seq, slot, salt, value in values:
        if of_seq != seq or slot not in _PLAIN_SLOTS:
            return "?"
        one, other = salt.encode(), value.encode()
        digest = _OF_VALUE.copy()
        digest.update(length(len(one)) + one + length(len(other)) + other)  # `framed`, unrolled
        said.append(f'"{slot}":"{digest.hexdigest()}"')
    said.sort()
    return f',"values":{{{",".join(said)}}}}}'


def _json(text: str | None) -> str:
    return "null" if text is None else _text(text)


def _at(at: datetime | str) -> str:
    """SQLite's driver gives the text that is stored, which is in UTC."""
    if not isinstance(at, str):
        return instant_text(at)
    return f"{at[:10]}T{at[11:]}+00:00" if at[10:11] == " " else at


def _commitments(body: str) -> dict[str, str | None]:
    """The last member: what stands inside a string has its quotation marks escaped."""
    start = body.rfind(_VALUES)
    if start < 0:
        return {}
    try:
        found, _ = _decode(body, start + len(_VALUES) - 1)
    except JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


_VALUES = ',"values":{'


def _row(entry: StoredEntry) -> EntryRow:
    return (
        entry.seq,
        entry.at,
        entry.action,
        entry.actor_id,
        entry.actor_name,
        entry.channel,
        entry.request_id,
        entry.address,
        entry.revision,
        entry.reason,
        entry.body,
        entry.prev_hash,
        entry.hash,
    )
