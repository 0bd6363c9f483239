"""What is in force, as one object that is replaced and never written to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from trimtab.snapshot import Revision, Snapshot
from trimtab.value_types import Value

from .resolve import Outcome


class Source(StrEnum):
    """Where the set in force came from."""

    SERVER = "server"
    LAST_KNOWN_GOOD = "last-known-good"
    FILE = "file"
    MEMORY = "memory"
    ENVIRONMENT = "environment"
    DEFAULT = "default"


class Change(NamedTuple):
    """A key's value before and after; None where it has none."""

    old: Value | None
    new: Value | None


@dataclass(frozen=True, slots=True)
class State:
    """One consistent set.

    `values`: key → value in force, overrides included; a key without a usable value is absent.
    `outcomes`: only the keys of which more is to be said than "the store's value".
    `overridden`: the keys that an override covers. The repr shows no value.
    """

    snapshot: Snapshot | None
    source: Source
    values: dict[str, Value] = field(repr=False)
    outcomes: Mapping[str, Outcome] = field(repr=False)
    overridden: frozenset[str] = frozenset()
    received_at: float = 0.0  # of the monotonic clock

    @property
    def revision(self) -> Revision | None:
        """The revision in force, None without a snapshot."""
        return self.snapshot.revision if self.snapshot else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A set that was kept out, by whom and why; without values."""

    revision: Revision
    by: str
    reason: str


def changes_between(old: State, new: State) -> dict[str, Change]:
    """Every key whose value in force differs, with both values."""
    before, after = old.values, new.values
    return {
        key: Change(before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if is_other(before.get(key), after.get(key))
    }


def is_other(one: Value | None, other: Value | None) -> bool:
    """Whether two values are different ones; True is not 1, and 1 is not 1.0."""
    return one is not other and (type(one) is not type(other) or one != other)


def changes_of(
    keys: Collection[str], before: Mapping[str, Value], after: Mapping[str, Value]
) -> dict[str, Change]:
    """Those of the keys whose value differs, with both values."""
    return {
        key: Change(before.get(key), after.get(key))
        for key in keys
        if is_other(before.get(key), after.get(key))
    }
