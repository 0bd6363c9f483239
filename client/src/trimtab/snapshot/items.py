"""Many items of which a few change at a time: one whole is shared, and never written to."""

from collections.abc import Iterator, Mapping
from itertools import chain

from .item import Item

MOST_CHANGED = 64


class Items(Mapping[str, Item]):
    """What a change makes of items by key, without a copy of those that stay.

    Changes lie above the shared whole until there are more than `MOST_CHANGED`: then the next one
    copies all. Copying 10,000 references at every change took half of the time of taking it in.
    """

    __slots__ = ("_changed", "_size", "_whole")

    def __init__(
        self, whole: Mapping[str, Item], changed: Mapping[str, Item | None], size: int
    ) -> None:
        """`size` is how many keys are left when `changed`, where None removes a key, lies above
        `whole`; neither is written to from now on."""
        self._whole = whole
        self._changed = changed
        self._size = size

    def after(self, changed: Mapping[str, Item | None]) -> "Items":
        """The items that come out of these by a change; these are left as they are."""
        size = self._size
        for key, item in changed.items():
            size += (item is not None) - (key in self)
        if len(self._changed) + len(changed) <= MOST_CHANGED:
            return Items(self._whole, {**self._changed, **changed}, size)
        return Items(self._copied(), changed, size)

    def __getitem__(self, key: str) -> Item:
        item = self._changed[key] if key in self._changed else self._whole[key]
        if item is None:
            raise KeyError(key)
        return item

    def __iter__(self) -> Iterator[str]:
        """Those that did not change, then those that did."""
        kept = (key for key in self._whole if key not in self._changed)
        return chain(kept, (key for key, item in self._changed.items() if item is not None))

    def __len__(self) -> int:
        return self._size

    def _copied(self) -> dict[str, Item]:
        whole = dict(self._whole)
        for key, item in self._changed.items():
            if item is None:
                whole.pop(key, None)
            else:
                whole[key] = item
        return whole


def items_after(before: Mapping[str, Item], changed: Mapping[str, Item | None]) -> Items:
    """The items that come out of these by a change, where None removes a key."""
    held = before if isinstance(before, Items) else Items(before, {}, len(before))
    return held.after(changed)
