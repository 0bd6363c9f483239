"""What the protocol asks its driver to do."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from trimtab.snapshot import Revision, Snapshot


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for the whole snapshot, with this ETag if there is one; then tell `whole`, `unchanged`
    or `fetch_failed`. There is never a second one under way."""

    etag: str | None


@dataclass(frozen=True, slots=True)
class Open:
    """Open the stream after this revision; then tell `opened`, each `event`, and `ended`."""

    since: Revision


@dataclass(frozen=True, slots=True)
class Close:
    """Close the stream that is open or being opened; `ended` is not told."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Put this set in force, if the application agrees. It came out of `follows` by a change of
    the keys `changed`; where `follows` is None it replaces everything."""

    snapshot: Snapshot
    follows: Snapshot | None
    changed: Collection[str]


Action: TypeAlias = Fetch | Open | Close | Offer
