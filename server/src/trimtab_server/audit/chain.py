"""The form of an audit chain, fixed from its first entry: what is hashed, and how.

Every hash is SHA-256 over fields that each carry their own length (eight bytes, big-endian), the
first one naming what is hashed: no two different lists of fields give the same bytes, and no hash
of one kind passes for another. Entries are hashed as the text that is stored, so nothing has to
be written again the same way to check them.
"""

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from .fact import AuditFact

SYSTEM_CHAIN = "system"
NO_ENTRY = "0" * 64

length = struct.Struct(">Q").pack
ENTRY_DOMAIN = "trimtab.audit.entry.v1"
VALUE_DOMAIN = "trimtab.audit.value.v1"


def chain_of(application_id: UUID) -> str:
    """The name of an application's chain."""
    return f"application:{application_id}"


@dataclass(frozen=True, slots=True)
class Link:
    """One entry's place in its chain."""

    seq: int
    prev_hash: str
    hash: str


def entry_body(fact: AuditFact, at: datetime, commitments: Mapping[str, str | None]) -> str:
    """The entry as canonical JSON text: sorted keys, no spaces, values only as commitments."""
    body = {
        "action": fact.action.value,
        "actorId": fact.actor_id,
        "actorName": fact.actor_name,
        "address": fact.address,
        "at": instant_text(at),
        "channel": fact.channel,
        "reason": fact.reason,
        "requestId": fact.request_id,
        "revision": fact.revision,
        "subject": fact.subject,
        "values": commitments,
    }
    return json.dumps(
        body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def entry_hash(chain: str, seq: int, prev_hash: str, body: str) -> str:
    """What binds an entry to its chain, its place in it and everything before it; hex digits."""
    return _digest(ENTRY_DOMAIN, chain, str(seq), prev_hash, body)


def next_link(chain: str, seq: int, head: str, body: str) -> Link:
    """The place of the entry that follows number `seq`, whose hash is `head`."""
    return Link(seq + 1, head, entry_hash(chain, seq + 1, head, body))


def commitment(salt: str, value: str) -> str:
    """What an entry says of a value: provable with the salt, not to be guessed without; hex."""
    return _digest(VALUE_DOMAIN, salt, value)


def instant_text(at: datetime) -> str:
    """UTC to the microsecond, always of the same length."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat("T", "microseconds")


def framed(*fields: str) -> bytes:
    """The fields one after the other, each behind its length: eight bytes, big-endian."""
    return b"".join([length(len(one)) + one for one in map(str.encode, fields)])


def _digest(*fields: str) -> str:
    return hashlib.sha256(framed(*fields)).hexdigest()
