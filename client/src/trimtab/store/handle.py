"""A key's value as an attribute that follows it."""

from collections.abc import Mapping
from typing import Any


class Handle:
    """`handle.value` is the key's value in force, or `default`; reading it is one attribute read.

    The updating thread writes the slot when a set is swapped in. For several keys that belong
    together take `frozen()`: handles are rewritten one after the other.
    """

    __slots__ = ("__weakref__", "default", "key", "value")

    def __init__(self, key: str, default: Any, values: Mapping[str, Any]) -> None:
        self.key = key
        self.default = default
        self.value: Any = values.get(key, default)

    def __repr__(self) -> str:
        return f"Handle({self.key!r})"  # never the value: it may be a secret
