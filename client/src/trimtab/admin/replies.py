"""What the server answers, as frozen values; `raw` is the JSON object as it came."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from trimtab.errors import Complaint

Json = Mapping[str, Any]
T = TypeVar("T")


class UnexpectedReply(ValueError):
    """The answer lacks a field that every Trimtab server sends."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One setting as it stands in one environment; `value` and `origin` None: no value there."""

    key: str
    environment: str
    type: str
    value: Any
    category: str
    application: str = ""
    id: str | None = None
    description: str | None = None
    validation_rules: Json = field(default_factory=dict)
    is_secret: bool = False
    origin: str | None = None
    source_policy: str | None = None
    reload: Any = None
    version: int = 0
    created_at: str | None = None
    updated_at: str | None = None
    updated_by: str | None = None
    etag: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write of one setting did; `effective` False: stored, but the environment wins."""

    revision: str
    changed: bool
    effective: bool = True
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One edit of a change: what was there and what is there now."""

    kind: str
    key: str | None = None
    environment: str | None = None
    old: Any = None
    new: Any = None
    version: int | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What a set of edits did, or with `dry_run` would do."""

    revision: str
    changed: bool
    items: tuple[ChangeItem, ...] = ()
    dry_run: bool = False
    comment: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Version:
    """One step in a setting's history."""

    kind: str
    revision: str
    at: str
    version: int | None = None
    environment: str | None = None
    old_value: Any = None
    new_value: Any = None
    actor: str | None = None
    channel: str | None = None
    comment: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place a value could come from, and why it won or lost."""

    source: str
    present: bool
    won: bool
    reason: str
    environment: str | None = None
    value: Any = None
    version: int | None = None
    updated_by: str | None = None
    updated_at: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every candidate for a key's value, strongest first."""

    key: str
    environment: str
    revision: str
    source_policy: str | None
    value: Any
    winner: str | None
    candidates: tuple[Candidate, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs between two sides."""

    key: str
    kind: str
    source_value: Any = None
    target_value: Any = None
    source_origin: str | None = None
    target_origin: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two environments, or two moments of them, side by side."""

    source: Json
    target: Json
    items: tuple[Difference, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment and the one it inherits from; `parent` None: the root."""

    name: str
    parent: str | None = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a setting is, in every environment."""

    type: str
    category: str
    validation_rules: Json = field(default_factory=dict)
    default: Any = None
    description: str | None = None
    is_secret: bool = False
    reload: Any = None
    raw: Json = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a write would say; `errors` names every broken rule."""

    valid: bool
    errors: tuple[Complaint, ...] = ()
    raw: Json = field(default_factory=dict, repr=False)


def read(kind: type[T], raw: object, **parts: object) -> T:
    """Make a `kind` of a JSON object, field by field; raises UnexpectedReply."""
    if not isinstance(raw, dict):
        raise UnexpectedReply(f"{kind.__name__} is not a JSON object")
    members = fields(kind)  # type: ignore[arg-type]  # every kind here is a dataclass
    values: dict[str, object] = dict(parts)
    if any(one.name == "raw" for one in members):
        values["raw"] = raw
    for one in members:
        name = _camel_case(one.name)
        if one.name in values:
            continue
        if name in raw:
            values[one.name] = raw[name]
        elif one.default is MISSING and one.default_factory is MISSING:
            raise UnexpectedReply(f"{kind.__name__} has no {name}")
    return kind(**values)


def read_all(kind: type[T], raw: object, name: str = "items") -> tuple[T, ...]:
    """Make a `kind` of each object in the list `name` of a reply; raises UnexpectedReply."""
    rows = raw.get(name) if isinstance(raw, dict) else None
    if not isinstance(rows, list):
        raise UnexpectedReply(f"there is no list of {name}")
    return tuple(read(kind, row) for row in rows)


def _camel_case(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
