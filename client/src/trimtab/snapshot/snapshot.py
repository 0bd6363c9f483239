"""The immutable view of one environment at one revision, whole or brought forward by a delta."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from trimtab.errors import BadSnapshot

from .item import DIGEST_BYTES, Item, read_item
from .items import items_after
from .revision import Revision

MAX_BODY_BYTES = 64 * 1024 * 1024
"""A larger snapshot is not read: the one that is held stays."""

MAX_KEYS = 100_000
"""A snapshot with more settings is refused: the one that is held stays."""

_MODULUS = 1 << (8 * DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one reader may see of an environment. `items` must not be written to."""

    application: str
    environment: str
    revision: Revision
    items: Mapping[str, Item] = field(repr=False)
    digest_sum: int = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest over all items: 32 lower-case hexadecimal digits."""
        return digest_text(self.digest_sum)

    def to_json(self) -> str:
        """The canonical JSON text, as the server would send it."""
        quoted = [
            f"{json.dumps(key, ensure_ascii=False)}:{self.items[key].text}"
            for key in sorted(self.items)
        ]
        head = json.dumps(
            {
                "application": self.application,
                "environment": self.environment,
                "revision": str(self.revision),
                "digest": self.digest,
            },
            separators=(",", ":"),
            ensure_ascii=False,
        )
        return f'{head[:-1]},"items":{{{",".join(quoted)}}}}}'


@dataclass(frozen=True, slots=True)
class Delta:
    """What turns the snapshot at `previous` into the one at `revision`; None removes a key."""

    environment: str
    previous: Revision
    revision: Revision
    items: Mapping[str, Item | None] = field(repr=False)
    digest: str


def read_snapshot(body: bytes | str) -> Snapshot:
    """The snapshot in an answer's body.

    Raises:
        BadSnapshot: it is none, is too large, or its digest is not that of its items. An empty
            one too must carry the digest of nothing.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadSnapshot(f"it is larger than {MAX_BODY_BYTES // 2**20} MiB")
    raw = _object(body)
    try:
        items = raw["items"]
        if len(items) > MAX_KEYS:
            raise BadSnapshot(f"it has more than {MAX_KEYS} settings")
        found = {key: read_item(key, item) for key, item in items.items()}
        snapshot = Snapshot(
            _text(raw["application"]),
            _text(raw["environment"]),
            Revision.parse(raw["revision"]),
            found,
            digest_of(found),
        )
        stated = _text(raw["digest"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadSnapshot("it has not the shape of one") from None
    if snapshot.digest != stated:
        raise BadSnapshot("its digest is not that of its items")
    return snapshot


def read_delta(body: bytes | str) -> Delta:
    """The delta in a change event's data; raises BadSnapshot."""
    if len(body) > MAX_BODY_BYTES:
        raise BadSnapshot(f"the change is larger than {MAX_BODY_BYTES // 2**20} MiB")
    raw = _object(body)
    try:
        items = raw["items"].items()
        return Delta(
            _text(raw["environment"]),
            Revision.parse(raw["prev"]),
            Revision.parse(raw["rev"]),
            {key: None if item is None else read_item(key, item) for key, item in items},
            _text(raw["digest"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadSnapshot("the change has not the shape of one") from None


def apply_delta(snapshot: Snapshot, delta: Delta) -> Snapshot:
    """The next snapshot; the one given is left as it is.

    Raises:
        BadSnapshot: the delta does not follow this snapshot, or what comes out has another digest
            than the server's: then only the whole set helps.
    """
    if delta.environment != snapshot.environment or delta.previous != snapshot.revision:
        raise BadSnapshot(f"the change follows {delta.previous}, not {snapshot.revision}")
    items = items_after(snapshot.items, delta.items)
    total = snapshot.digest_sum
    for key, item in delta.items.items():
        if (old := snapshot.items.get(key)) is not None:
            total -= old.digest
        if item is not None:
            total += item.digest
    if len(items) > MAX_KEYS:
        raise BadSnapshot(f"it has more than {MAX_KEYS} settings")
    if digest_text(total) != delta.digest:
        raise BadSnapshot("after the change the digest is not the server's")
    return Snapshot(
        snapshot.application, snapshot.environment, delta.revision, items, total % _MODULUS
    )


def digest_of(items: Mapping[str, Item]) -> int:
    """The sum of the items' digests, modulo 2^128: it can follow a change without reading all."""
    return sum(item.digest for item in items.values()) % _MODULUS


def digest_text(total: int) -> str:
    """A digest as it is written: 32 lower-case hexadecimal digits."""
    return format(total % _MODULUS, f"0{2 * DIGEST_BYTES}x")


def _object(body: bytes | str) -> dict[str, Any]:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadSnapshot("it is not JSON") from None
    if not isinstance(raw, dict):
        raise BadSnapshot("it is not a JSON object")
    return cast(dict[str, Any], raw)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
