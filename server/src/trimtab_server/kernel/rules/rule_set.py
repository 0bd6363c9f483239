"""The rules of one setting as a value: immutable, comparable, hashable."""

import json
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Rules:
    """What a setting's values must obey; only `parse_rules` makes one from what a user wrote.

    `required` is about the resolved value of every environment, so whoever resolves checks it.
    """

    min: int | float | None = None
    max: int | float | None = None
    exclusive_min: int | float | None = None
    exclusive_max: int | float | None = None
    multiple_of: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    enum: tuple[str | int | float, ...] | None = None
    required: bool = False
    schema_text: str | None = None
    """Canonical text of the JSON Schema: text, so that the whole can be a cache key."""

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON Schema (2020-12) that a json value must obey."""
        if self.schema_text is None:
            return None
        return cast(dict[str, Any], json.loads(self.schema_text))

    def to_json(self) -> dict[str, object]:
        """The rules as the API writes them: camelCase, only what is set."""
        given = {name: getattr(self, field) for name, field in _SIMPLE.items()}
        shown = {name: value for name, value in given.items() if value is not None}
        if self.enum is not None:
            shown["enum"] = list(self.enum)
        if self.required:
            shown["required"] = True
        if self.schema_text is not None:
            shown["schema"] = self.schema
        return shown


_SIMPLE = {
    "min": "min",
    "max": "max",
    "exclusiveMin": "exclusive_min",
    "exclusiveMax": "exclusive_max",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "format": "format",
}

NO_RULES = Rules()
