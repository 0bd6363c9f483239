"""What a change did, item by item: the rows of history, whose fold is the state."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ItemKind(StrEnum):
    """What an item is about."""

    VALUE = "value"
    DEFINITION = "definition"
    POLICY = "policy"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Overridden:
    """A guess that this is a credential was overruled: which rule's, and why."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One step. `old` and `new` are canonical JSON texts; None where there was or is nothing.

    `environment` is None for definitions, which hold everywhere. `version` is the row's after it.
    """

    kind: ItemKind
    setting_id: UUID | None
    key: str | None
    environment: str | None
    old: str | None
    new: str | None
    version: int
    overridden: Overridden | None = None
