"""Configuration that a program holds itself: for tests, demonstrations and the first hour."""

import time
from collections.abc import Mapping
from typing import Any

from trimtab.snapshot import Item, Revision, Snapshot, digest_of, read_item
from trimtab.store import Source, Store
from trimtab.value_types import Value

MEMORY_ENVIRONMENT = "memory"
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


class MemoryConnector:
    """Feeds a store with what `set` was given; every call is one revision, in force on return."""

    def __init__(self, store: Store, values: Mapping[str, Value] | None = None) -> None:
        self._store = store
        self._items: dict[str, Item] = {}
        self._epoch = int(time.time())
        self._number = 0
        self.set(values or {})

    def set(self, values: Mapping[str, Value | None], **definition: Any) -> bool:
        """Give keys values (None takes one away); says whether the new set is in force.

        `definition` are members of a snapshot's item, by their names on the wire, for all the
        keys: `type="number"`, `sourcePolicy="shadow"`, `isSecret=True`.
        """
        self._number += 1
        items = dict(self._items)
        for key, value in values.items():
            if value is None and "type" not in definition:
                items.pop(key, None)
            else:
                items[key] = self._item(key, value, definition)
        self._items = items
        snapshot = Snapshot(
            "memory",
            MEMORY_ENVIRONMENT,
            Revision(self._epoch, self._number),
            items,
            digest_of(items),
        )
        return self._store.offer(snapshot, Source.MEMORY)

    def _item(self, key: str, value: Value | None, definition: Mapping[str, Any]) -> Item:
        old = self._items.get(key)
        raw = {
            "type": _TYPES.get(type(value), "json"),
            "category": "memory",
            "version": old.version + 1 if old else 1,
            "origin": MEMORY_ENVIRONMENT,
            "updatedAt": "1970-01-01T00:00:00.000000Z",
            **definition,
        }
        return read_item(key, raw if value is None else {**raw, "value": value})
