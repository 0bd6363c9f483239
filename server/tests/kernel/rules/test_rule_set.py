"""Rules as a value."""

import json
from typing import Any

import pytest

from trimtab_server.kernel.rules import NO_RULES, parse_rules
from trimtab_server.kernel.value_types import ValueType, canonical_text

WRITTEN: list[tuple[ValueType, dict[str, Any]]] = [
    (ValueType.INTEGER, {"min": 0, "max": 10, "multipleOf": 5, "required": True}),
    (ValueType.NUMBER, {"exclusiveMin": 0, "exclusiveMax": 1.5}),
    (ValueType.NUMBER, {"enum": [0.5, 1.0]}),
    (ValueType.STRING, {"minLength": 1, "maxLength": 9, "pattern": "[a-z]+", "format": "hostname"}),
    (ValueType.ENUM, {"enum": ["a", "b"]}),
    (
        ValueType.JSON,
        {"schema": {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {}}}},
    ),
    (ValueType.BOOLEAN, {}),
]


@pytest.mark.parametrize(("value_type", "written"), WRITTEN)
def test_to_json__what_was_written__is_shown_again(
    value_type: ValueType, written: dict[str, Any]
) -> None:
    rules = parse_rules(value_type, written)
    assert canonical_text(rules.to_json()) == canonical_text(written)
    assert parse_rules(value_type, rules.to_json()) == rules
    assert hash(parse_rules(value_type, json.loads(json.dumps(written)))) == hash(rules)


@pytest.mark.parametrize("raw", [None, {}, {"required": False}])
def test_parse_rules__nothing_asked__is_no_rules(raw: dict[str, Any] | None) -> None:
    assert parse_rules(ValueType.STRING, raw) == NO_RULES
    assert NO_RULES.to_json() == {}
    assert NO_RULES.schema is None


def test_to_json__its_schema__is_a_copy() -> None:
    rules = parse_rules(ValueType.JSON, {"schema": {"type": "object"}})
    assert rules.schema is not None
    rules.schema["type"] = "string"
    assert rules.to_json() == {"schema": {"type": "object"}}
