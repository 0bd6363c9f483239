"""What programs read: items, whole snapshots and the deltas between them. Pure."""

from .item import Item, Policy, Reload, read_item
from .revision import Revision
from .snapshot import (
    MAX_BODY_BYTES,
    MAX_KEYS,
    Delta,
    Snapshot,
    apply_delta,
    digest_of,
    digest_text,
    read_delta,
    read_snapshot,
)

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_KEYS",
    "Delta",
    "Item",
    "Policy",
    "Reload",
    "Revision",
    "Snapshot",
    "apply_delta",
    "digest_of",
    "digest_text",
    "read_delta",
    "read_item",
    "read_snapshot",
]
