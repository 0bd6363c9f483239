"""Which categories of settings: all that there are or will be, or those named."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Categories:
    """A set of categories. `names` is None for every category there is or will be."""

    names: frozenset[str] | None

    def __contains__(self, category: str) -> bool:
        return self.names is None or category in self.names

    def __bool__(self) -> bool:
        return self.names is None or bool(self.names)

    def __and__(self, other: "Categories") -> "Categories":
        if self.names is None:
            return other
        return self if other.names is None else Categories(self.names & other.names)

    @property
    def scope(self) -> str:
        """What stands for this set in an ETag: the same for the same set, on every server."""
        if self.names is None:
            return "all"
        listed = "\n".join(sorted(self.names))
        return hashlib.sha256(listed.encode()).hexdigest()[:16]


EVERY_CATEGORY = Categories(None)


def union(held: Iterable[str | None]) -> Categories:
    """All of these together; None among them stands for every category."""
    names = set(held)
    return EVERY_CATEGORY if None in names else Categories(frozenset(filter(None, names)))
