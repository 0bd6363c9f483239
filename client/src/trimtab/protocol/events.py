"""What comes down the stream, read strictly."""

import json
from dataclasses import dataclass
from typing import TypeAlias

from trimtab.errors import BadSnapshot
from trimtab.snapshot import MAX_BODY_BYTES, Delta, Revision, read_delta

EPOCH = "epoch"
SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far the environment is, and what a reader's whole set then adds up to."""

    environment: str
    revision: Revision
    head: Revision
    digest: str


@dataclass(frozen=True, slots=True)
class Reset:
    """The stream cannot go on from where this reader is."""

    reason: str


Event: TypeAlias = Delta | Bookmark | Reset


def read_event(name: str, data: str) -> Event | None:
    """The event; None for a kind that is not known, which a newer server may send.

    Raises:
        BadSnapshot: it has not the shape of one.
    """
    if name == "change":
        return read_delta(data)
    if name not in {"bookmark", "reset"}:
        return None
    if len(data) > MAX_BODY_BYTES:
        raise BadSnapshot("the event is too large")
    try:
        raw = json.loads(data)
        if name == "reset":
            return Reset(str(raw["reason"]))
        return Bookmark(
            str(raw["environment"]),
            Revision.parse(raw["rev"]),
            Revision.parse(raw["head"]),
            str(raw["digest"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise BadSnapshot(f"the {name} has not the shape of one") from None
