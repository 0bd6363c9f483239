"""What differs between two sets of values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DifferenceKind(StrEnum):
    """How a key differs, seen from left to right."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key whose canonical text is not the same on both sides; None where there is none."""

    key: str
    kind: DifferenceKind
    left: str | None
    right: str | None


def compare(left: Mapping[str, str], right: Mapping[str, str]) -> list[Difference]:
    """The differences between two mappings of key to canonical text, sorted by key."""
    return [
        Difference(key, _kind(left.get(key), right.get(key)), left.get(key), right.get(key))
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]


def _kind(left: str | None, right: str | None) -> DifferenceKind:
    if left is None:
        return DifferenceKind.ADDED
    return DifferenceKind.REMOVED if right is None else DifferenceKind.CHANGED
