"""One setting as a snapshot carries it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import Any, cast

from trimtab.errors import BadSnapshot
from trimtab.value_types import NotOfType, Value, ValueType, check_type

DIGEST_BYTES = 16
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


class Policy(StrEnum):
    """Who owns the value: the process environment, the store, or the former under comparison."""

    ENV = "env"
    SHADOW = "shadow"
    STORE = "store"


class Reload(StrEnum):
    """What it takes for a new value to be used: nothing, a new object, a restart."""

    LIVE = "live"
    REBUILD = "rebuild"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Item:
    """A setting's resolved state in one environment.

    `value` and `origin` are None where the store serves none. Where `is_secret`, the value is a
    reference, never the secret. `digest` is this item's share of the snapshot's. The repr shows no
    value.
    """

    key: str
    text: str = field(repr=False)
    digest: int = field(repr=False)
    type: ValueType
    category: str
    version: int
    origin: str | None
    updated_at: str
    value: Value | None = field(repr=False, default=None)
    reload: Reload = Reload.LIVE
    source_policy: Policy = Policy.STORE
    is_secret: bool = False
    rules: Mapping[str, Any] | None = field(repr=False, default=None)


def read_item(key: str, raw: object) -> Item:
    """The item that this decoded JSON object describes; raises BadSnapshot, which names the key.

    Members that are not known are let through: a newer server may say more.
    """
    try:
        return _read(key, cast(dict[str, Any], raw))
    except NotOfType as error:
        raise BadSnapshot(f"the value of {key} {error.reason}") from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise BadSnapshot(f"the item {key} has not the shape of one") from None


def _read(key: str, raw: dict[str, Any]) -> Item:
    value_type = ValueType(raw["type"])
    # A reference is text whatever the type of the secret that it stands for.
    is_secret = _one_of(raw.get("isSecret", False), bool)
    value = raw.get("value")
    if value is not None:
        value = check_type(ValueType.STRING if is_secret else value_type, value)
    elif "value" in raw:
        raise ValueError
    text = _encode(raw)
    return Item(
        key=key,
        text=text,
        digest=_digest(key, text),
        type=value_type,
        category=_one_of(raw["category"], str),
        version=_one_of(raw["version"], int),
        origin=_one_of(raw["origin"], str) if "origin" in raw else None,
        updated_at=_one_of(raw["updatedAt"], str),
        value=value,
        reload=Reload(raw.get("reload", "live")),
        source_policy=Policy(raw.get("sourcePolicy", "store")),
        is_secret=is_secret,
        rules=_one_of(raw["rules"], dict) if "rules" in raw else None,
    )


def _one_of(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError
    return value


def _digest(key: str, text: str) -> int:
    whole = f"{_encode(key)}:{text}".encode()
    return int.from_bytes(blake2b(whole, digest_size=DIGEST_BYTES).digest(), "big")
