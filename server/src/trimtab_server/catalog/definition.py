"""What a setting is: its type, rules, default and marks, the same in every environment."""

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from trimtab_server.kernel.rules import NO_RULES, Rules, parse_rules
from trimtab_server.kernel.value_types import Value, ValueType, canonical_text


class Reload(StrEnum):
    """What an application must do before a new value has effect."""

    LIVE = "live"
    REBUILD = "rebuild"
    RESTART = "restart"


class SourcePolicy(StrEnum):
    """Who owns a key's value in an environment."""

    ENV = "env"
    SHADOW = "shadow"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Definition:
    """One setting's definition. `default` is None where there is none: null is no value."""

    category: str
    type: ValueType
    rules: Rules = NO_RULES
    default: Value | None = None
    description: str | None = None
    is_secret: bool = False
    reload: Reload = Reload.LIVE

    def to_json(self) -> dict[str, Any]:
        """The wire's and the log's form."""
        return {
            "category": self.category,
            "type": self.type.value,
            "validationRules": self.rules.to_json(),
            "default": self.default,
            "description": self.description,
            "isSecret": self.is_secret,
            "reload": self.reload.value,
        }

    def to_text(self) -> str:
        """Canonical JSON text, as stored and as hashed into the audit trail."""
        return canonical_text(self.to_json())


def definition_from_text(text: str) -> Definition:
    """The definition that `Definition.to_text` wrote."""
    raw = json.loads(text)
    value_type = ValueType(raw["type"])
    return Definition(
        category=raw["category"],
        type=value_type,
        rules=parse_rules(value_type, raw["validationRules"]),
        default=raw["default"],
        description=raw["description"],
        is_secret=raw["isSecret"],
        reload=Reload(raw["reload"]),
    )


DEFINITION_FIELDS = frozenset(field.name for field in fields(Definition))
