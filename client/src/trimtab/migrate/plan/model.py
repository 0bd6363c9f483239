"""A migration plan: one decision per key, as a person reviews it and as `apply` carries it out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.value_types import Value, ValueType

FORMAT = 1
BASE = "base"


class Target(StrEnum):
    """Where a key's value will live."""

    DATABASE = "database"
    ENVIRONMENT = "environment"


class InStore(StrEnum):
    """How the store stood to a key when the plan was made."""

    ABSENT = "absent"
    EQUAL = "equal"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class PlannedKey:
    """One key. Only database keys have `values`, by environment; the others name their places.

    `doubts` say why a person should look; `sources` are `path:line`; `line` is where the key
    stands in the plan's file, for messages about it.
    """

    key: str
    key_class: KeyClass
    target: Target
    type: InferredType
    store_type: ValueType
    category: str
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    default: Value | None = field(default=None, repr=False)
    validation_rules: Mapping[str, object] = field(default_factory=dict)
    description: str = ""
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    in_store: InStore | None = None
    line: int = 0

    @property
    def moves(self) -> bool:
        """Whether it goes to the database."""
        return self.target is Target.DATABASE


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about one project's migration into one application.

    `environments` gives, per environment, the files its values come from; `root` is the project's
    folder as seen from the plan's file; `store_revision` None: made without looking at a store.
    """

    application: str
    root: str
    dialect: str
    store_revision: str | None
    environments: Mapping[str, Sequence[str]]
    documentation: tuple[str, ...]
    keys: tuple[PlannedKey, ...]
    unresolved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def moving(self) -> tuple[PlannedKey, ...]:
        """The keys for the database."""
        return tuple(one for one in self.keys if one.moves)

    @property
    def staying(self) -> tuple[PlannedKey, ...]:
        """The keys that stay in the environment."""
        return tuple(one for one in self.keys if not one.moves)

    def digest(self) -> str:
        """SHA-256 of what `apply` would carry out; evidence and order do not count."""
        said = {
            "application": self.application,
            "environments": sorted(self.environments),
            "keys": {one.key: _carried_out(one) for one in self.moving},
        }
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _carried_out(one: PlannedKey) -> dict[str, object]:
    return {
        "type": one.store_type,
        "category": one.category,
        "values": dict(one.values),
        "default": one.default,
        "rules": dict(one.validation_rules),
        "description": one.description,
    }
