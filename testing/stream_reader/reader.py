"""What a reader makes of a stream, written from the contract alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True)
class Event:
    """One event as a reader sees it; data that is no JSON object is empty."""

    kind: str
    id: str | None
    data: dict[str, Any]
    retry: int | None = None


def events_of(text: str) -> Iterator[Event]:
    """The events of a text, by the rules of the HTML standard for event streams."""
    for block in re.split(r"\r?\n\r?\n", text)[:-1]:
        lines = (line.partition(":") for line in block.splitlines())
        fields = {name: value.removeprefix(" ") for name, _, value in lines if name}
        if "data" in fields:
            retry = fields.get("retry")
            yield Event(
                kind=fields.get("event", "message"),
                id=fields.get("id"),
                data=_object(fields["data"]),
                retry=None if retry is None else int(retry),
            )


def _object(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


_MEMBERS = {
    "change": {"environment", "prev", "rev", "items", "digest"},
    "bookmark": {"environment", "rev", "head", "digest"},
    "reset": {"environment", "reason", "head"},
}


class Reader:
    """A reader as the contract describes it: it holds a set, and does one thing for each event."""

    def __init__(self) -> None:
        self.revision: str | None = None
        self.items: dict[str, Any] = {}

    @property
    def mark(self) -> tuple[int, int]:
        """The revision as numbers, to compare."""
        return mark_of(self.revision) if self.revision else (0, 0)

    def fetch(self, revision: str, items: dict[str, Any]) -> None:
        """The whole, from elsewhere."""
        self.revision, self.items = revision, dict(items)

    def receive(self, event: Event) -> str:
        """What it does: apply, advance, drop, ignore, fetch or reconnect."""
        data = event.data
        if event.kind not in _MEMBERS:
            return "ignore"
        if not _MEMBERS[event.kind] <= set(data):
            return "fetch"
        if event.kind == "reset":
            return "reconnect" if data["reason"] == "shutdown" else "fetch"
        if self.revision is None or mark_of(data["rev"])[0] != self.mark[0]:
            return "fetch"
        if mark_of(data["rev"]) < self.mark:
            return "drop"
        if event.kind == "bookmark":
            if data["digest"] != digest_of(self.items):
                return "fetch"
            self.revision = data["rev"]
            return "advance"
        if data["rev"] == self.revision:
            return "drop"
        items = {**self.items, **data["items"]}
        items = {key: one for key, one in items.items() if one is not None}
        if data["prev"] != self.revision or digest_of(items) != data["digest"]:
            return "fetch"
        self.revision, self.items = data["rev"], items
        return "apply"


def mark_of(revision: str) -> tuple[int, int]:
    """`epoch.revision` as numbers."""
    epoch, number = revision.split(".")
    return int(epoch), int(number)


def digest_of(items: dict[str, Any]) -> str:
    """The digest of a set, from what the contract says of it."""
    members = (f"{_canonical(key)}:{_canonical(one)}".encode() for key, one in items.items())
    numbers = (int.from_bytes(blake2b(one, digest_size=16).digest(), "big") for one in members)
    return f"{sum(numbers) % 2**128:032x}"


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
