"""Which state of an application is meant: `epoch.number`."""

from dataclasses import dataclass
from typing import Self

_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """A revision; the epoch is compared first, so a later epoch is newer whatever its number."""

    epoch: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The revision that `epoch.number` means; raises ValueError."""
        epoch, dot, number = text.partition(".")
        if not (dot and _is_count(epoch) and _is_count(number)):
            raise ValueError("a revision is written epoch.number, such as 1764374400.17")
        return cls(int(epoch), int(number))

    def is_not_after(self, other: "Revision") -> bool:
        """Whether this is `other`, or one before it in the same epoch."""
        return self.epoch == other.epoch and self.number <= other.number

    def __str__(self) -> str:
        return f"{self.epoch}.{self.number}"


def _is_count(text: str) -> bool:
    return 0 < len(text) <= 18 and _DIGITS.issuperset(text)
