"""Rules as JSON Schema: a validator that knows nothing of ours agrees with check_value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from trimtab_server.kernel.formats import is_of_format
from trimtab_server.kernel.rules import (
    NO_RULES,
    BadRules,
    Rules,
    check_value,
    json_schema,
    parse_rules,
)
from trimtab_server.kernel.value_types import ValueType

small = st.integers(-9, 9)
numbers = small | st.floats(-9, 9)
texts = st.text("ab1-", max_size=5)
RAW = {
    ValueType.INTEGER: st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["min", "max", "exclusiveMin", "exclusiveMax"], small),
            "multipleOf": st.integers(1, 5),
            "enum": st.lists(small, min_size=1, max_size=9, unique=True),
        },
    ),
    ValueType.NUMBER: st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(["min", "max", "exclusiveMin", "exclusiveMax"], numbers),
            "multipleOf": st.sampled_from([0.5, 2, 0.25]),
            "enum": st.lists(numbers, min_size=1, max_size=9),
        },
    ),
    ValueType.STRING: st.fixed_dictionaries(
        {},
        optional={
            "minLength": st.integers(0, 4),
            "maxLength": st.integers(0, 5),
            "pattern": st.sampled_from(["a|b", "[ab]*", "a.*", "(?:a|b1)+", ""]),
            "format": st.sampled_from(["duration", "bytes", "hostname"]),
        },
    ),
    ValueType.BOOLEAN: st.just({}),
    ValueType.ENUM: st.fixed_dictionaries(
        {"enum": st.lists(texts.filter(bool), min_size=1, max_size=4, unique=True)}
    ),
    ValueType.JSON: st.sampled_from(
        [
            {},
            {"schema": {"type": "array", "items": {"type": "string"}}},
            {"schema": {"items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"minimum": 1}}}},
            {"schema": {"type": ["object", "string"], "required": ["a"]}},
        ]
    ),
}
values = (
    st.none()
    | st.booleans()
    | small
    | st.floats(-9, 9)
    | texts
    | st.sampled_from(["1m", "5s", "1h30m", "10MB", "1KiB", 2**53, -(2**53), 0.5, "a.b"])
    | st.lists(small | texts, max_size=3)
    | st.dictionaries(texts | st.just("a"), small, max_size=2)
)
typed_rules = st.sampled_from(ValueType).flatmap(
    lambda value_type: st.tuples(st.just(value_type), RAW[value_type])
)


def parsed(value_type: ValueType, raw: dict[str, Any]) -> Rules:
    try:
        return parse_rules(value_type, raw)
    except BadRules:
        return parse_rules(value_type, {"enum": ["a"]} if value_type is ValueType.ENUM else {})


def accepts(schema: dict[str, Any], value: object) -> bool:
    return Draft202012Validator(schema, validate_formats=True, offline=True).is_valid(value)


@given(typed_rules, values)
def test_json_schema__any_rules_and_value__agrees_with_check_value(
    typed: tuple[ValueType, dict[str, Any]], value: object
) -> None:
    value_type, rules = typed[0], parsed(*typed)
    if value_type is ValueType.INTEGER and isinstance(value, float):
        return  # to JSON Schema 1.0 is an integer, to us it is not
    if value_type is ValueType.ENUM and value == "":
        return
    expected = check_value(value_type, rules, value) == []
    assert accepts(json_schema(value_type, rules), value) is expected


@pytest.mark.parametrize(
    ("value_type", "raw", "expected"),
    [
        (ValueType.STRING, {}, {"type": "string"}),
        (ValueType.BOOLEAN, {"required": True}, {"type": "boolean"}),
        (ValueType.NUMBER, {"min": 0, "max": 1}, {"type": "number", "minimum": 0, "maximum": 1}),
        (ValueType.INTEGER, {"max": 5}, {"type": "integer", "minimum": -(2**53) + 1, "maximum": 5}),
        (ValueType.ENUM, {"enum": ["a"]}, {"type": "string", "enum": ["a"]}),
        (ValueType.STRING, {"pattern": "a|b"}, {"type": "string", "pattern": "^(?:a|b)$"}),
        (ValueType.STRING, {"pattern": ""}, {"type": "string", "pattern": "^(?:)$"}),
        (ValueType.STRING, {"format": "uri"}, {"type": "string", "format": "uri"}),
        (ValueType.STRING, {"format": "cron"}, {"type": "string", "format": "cron"}),
        (ValueType.JSON, {}, {"type": ["object", "array"]}),
    ],
)
def test_json_schema__single_rules__are_named_as_the_standard_does(
    value_type: ValueType, raw: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert json_schema(value_type, parse_rules(value_type, raw)) == expected


def test_json_schema__own_pattern_and_own_grammar__both_hold() -> None:
    rules = parse_rules(ValueType.STRING, {"pattern": "[0-9]+[sm]", "format": "duration"})
    schema = json_schema(ValueType.STRING, rules)
    assert [accepts(schema, text) for text in ("5s", "05s", "5h")] == [True, False, False]


@given(st.text("0159dhms", max_size=8))
def test_json_schema__duration__travels_as_its_grammar(text: str) -> None:
    schema = json_schema(ValueType.STRING, parse_rules(ValueType.STRING, {"format": "duration"}))
    assert "format" not in schema
    assert accepts(schema, text) is is_of_format("duration", text)


def test_json_schema__references__still_mean_the_same_when_embedded() -> None:
    raw = {"schema": {"items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "integer"}}}}
    own = json_schema(ValueType.JSON, parse_rules(ValueType.JSON, raw))
    other = json_schema(ValueType.JSON, NO_RULES)
    whole = {"properties": {"A": own, "B": own, "C": other}, "$defs": {"n": {"type": "string"}}}
    assert accepts(whole, {"A": [1], "B": [2], "C": ["x"]})
    assert not accepts(whole, {"A": [1], "B": ["x"]})


def test_json_schema__answer__is_the_callers_to_change() -> None:
    rules = parse_rules(ValueType.ENUM, {"enum": ["a"]})
    json_schema(ValueType.ENUM, rules)["enum"].append("b")
    assert json_schema(ValueType.ENUM, rules) == {"type": "string", "enum": ["a"]}
