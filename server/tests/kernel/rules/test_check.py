"""Checking values: what is said, what is never said, how long it takes."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.rules import NO_RULES, check_value, parse_rules
from trimtab_server.kernel.rules.multiples import is_multiple
from trimtab_server.kernel.value_types import ValueType

CANARY = "c4n4ry"

TELLTALE: list[tuple[ValueType, dict[str, Any], Any]] = [
    (ValueType.STRING, {"maxLength": 2}, CANARY),
    (ValueType.STRING, {"minLength": 20}, CANARY),
    (ValueType.STRING, {"pattern": "a.*", "format": "uri", "enum": ["a:a"]}, CANARY),
    *((ValueType.STRING, {"format": form}, CANARY) for form in ("bytes", "cron", "duration")),
    *((ValueType.STRING, {"format": form}, f"{CANARY} x") for form in ("email", "hostname")),
    (ValueType.ENUM, {"enum": ["a"]}, CANARY),
    (ValueType.INTEGER, {}, CANARY),
    (ValueType.BOOLEAN, {}, CANARY),
    (ValueType.JSON, {}, CANARY),
    (ValueType.JSON, {}, {CANARY: {CANARY: "\ud800"}}),
    (ValueType.JSON, {"schema": {"additionalProperties": False}}, {CANARY: CANARY}),
    (ValueType.JSON, {"schema": {"additionalProperties": {"type": "integer"}}}, {CANARY: CANARY}),
    (ValueType.JSON, {"schema": {"propertyNames": {"maxLength": 2}}}, {CANARY: CANARY}),
    (ValueType.JSON, {"schema": {"unevaluatedProperties": False}}, {CANARY: CANARY}),
    (ValueType.JSON, {"schema": {"items": {"const": 1}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": {"enum": [1]}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": {"pattern": "x"}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": {"format": "uri"}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": {"anyOf": [{"const": 1}]}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": {"not": {"type": "string"}}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"uniqueItems": True}}, [CANARY, CANARY]),
    (ValueType.JSON, {"schema": {"contains": {"const": 1}}}, [CANARY]),
    (ValueType.JSON, {"schema": {"items": False}}, [CANARY]),
]


@pytest.mark.parametrize(("value_type", "written", "value"), TELLTALE)
def test_check_value__refused_value__appears_nowhere_in_what_is_said(
    value_type: ValueType, written: dict[str, Any], value: Any
) -> None:
    found = check_value(value_type, parse_rules(value_type, written), value)
    assert found
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    ("value_type", "written", "value", "message"),
    [
        (ValueType.INTEGER, {"min": 3}, 2, "must be at least 3 (min)"),
        (ValueType.NUMBER, {"exclusiveMax": 0.5}, 1, "must be less than 0.5 (exclusiveMax)"),
        (ValueType.NUMBER, {"multipleOf": 0.1}, 0.05, "must be a multiple of 0.1 (multipleOf)"),
        (ValueType.STRING, {"minLength": 3}, "", "must have at least 3 characters (minLength)"),
        (ValueType.ENUM, {"enum": ["a", "b"]}, "c", "must be one of a, b (enum)"),
        (ValueType.INTEGER, {"enum": [*range(50)]}, 77, "19 and 30 more (enum)"),
        (ValueType.STRING, {"format": "duration"}, "5", "must be a duration such as 250ms"),
        (ValueType.BOOLEAN, {}, "true", "must be true or false"),
    ],
)
def test_check_value__broken_rule__says_what_would_be_right(
    value_type: ValueType, written: dict[str, Any], value: Any, message: str
) -> None:
    (found,) = check_value(value_type, parse_rules(value_type, written), value)
    assert message in found.message
    assert (found.pointer, found.key, found.status) == ("", None, 422)


def test_check_value__json__points_as_deep_as_the_schema_names() -> None:
    schema = {
        "properties": {
            "a/b": {"items": {"required": ["x~y"], "properties": {"x~y": {"minimum": 1}}}}
        },
        "additionalProperties": {"type": "integer"},
    }
    rules = parse_rules(ValueType.JSON, {"schema": schema})
    found = check_value(ValueType.JSON, rules, {"a/b": [{"x~y": 0}, {}], "mine": "text"})
    assert {(one.pointer, one.message) for one in found} == {
        ("/a~1b/0/x~0y", "must be at least 1 (schema)"),
        ("/a~1b/1", "must have the property x~y (schema)"),
        ("", "must be of type integer (schema)"),
    }


def test_check_value__json_with_very_many_errors__names_some_of_them_soon() -> None:
    rules = parse_rules(ValueType.JSON, {"schema": {"items": {"type": "string"}}})
    assert len(check_value(ValueType.JSON, rules, [1] * 1_000)) == 50
    started = time.process_time()
    (found,) = check_value(ValueType.JSON, rules, [1] * 30_000)
    assert found.pointer == "/0"
    assert time.process_time() - started < 1


def test_check_value__text_too_long_for_its_pattern__is_refused_untried() -> None:
    rules = parse_rules(ValueType.STRING, {"pattern": "[ab]*a[ab]{5000}"})
    (found,) = check_value(ValueType.STRING, rules, "a" * 10_000)
    assert "at most 4096 bytes" in found.message


@given(st.integers(-(10**6), 10**6), st.integers(1, 999), st.integers(0, 9))
def test_is_multiple__whole_number_of_decimal_steps__is_one(
    count: int, digits: int, places: int
) -> None:
    step, value = float(f"{digits}e-{places}"), float(f"{count * digits}e-{places}")
    assert is_multiple(value, step)
    assert is_multiple(float(f"{2 * count * digits + digits}e-{places}"), 2 * step) is False


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(5e-324, 1e308))
def test_is_multiple__any_two_floats__is_answered(value: float, step: float) -> None:
    assert is_multiple(value, step) in (True, False)
    assert is_multiple(step, step)


def test_check_value__ten_thousand_times__takes_microseconds_each() -> None:
    rules = parse_rules(
        ValueType.STRING, {"pattern": "[a-z]+", "maxLength": 9, "format": "hostname"}
    )
    check_value(ValueType.STRING, rules, "warm")
    started = time.process_time()
    for _ in range(10_000):
        check_value(ValueType.STRING, rules, "value")
    assert (time.process_time() - started) / 10_000 < 50e-6


@pytest.mark.parametrize("value_type", [one for one in ValueType if one is not ValueType.JSON])
def test_check_value__no_rules__is_about_the_type_alone(value_type: ValueType) -> None:
    assert [one.rule for one in check_value(value_type, NO_RULES, [])] == ["type"]
