"""What differs between two snapshots, key by key. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from trimtab.snapshot import Item, Snapshot
from trimtab.value_types import Value


@dataclass(frozen=True, slots=True)
class Variation:
    """One key that is otherwise now; None: it was not there before, or is no longer. Of a secret
    both sides hold the reference."""

    key: str
    old: Item | None
    new: Item | None

    @property
    def old_value(self) -> Value | None:
        """The store's value before; None: it had none."""
        return self.old.value if self.old else None

    @property
    def new_value(self) -> Value | None:
        """The store's value now; None: it has none."""
        return self.new.value if self.new else None

    @property
    def is_of_policy(self) -> bool:
        """Whether the source policy moved."""
        return bool(self.old and self.new and self.old.source_policy is not self.new.source_policy)


def variations(old: Snapshot, new: Snapshot, only: Collection[str]) -> Iterator[Variation]:
    """The keys whose item is another one, in order; of `only`, if there are any."""
    for key in sorted(old.items.keys() | new.items.keys()):
        before, after = old.items.get(key), new.items.get(key)
        is_wanted = not only or key in only
        if is_wanted and (before is None or after is None or before.digest != after.digest):
            yield Variation(key, before, after)
