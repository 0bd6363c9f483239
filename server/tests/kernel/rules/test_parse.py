"""Reading rules: whatever is written, rules or a list of what is wrong."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trimtab_server.kernel.rules import BadRules, check_value, parse_rules
from trimtab_server.kernel.value_types import ValueType

NAMES = [
    *("min", "max", "exclusiveMin", "exclusiveMax", "multipleOf", "minLength", "maxLength"),
    *("pattern", "format", "enum", "required", "schema", "minimum"),
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
small = st.integers(-20, 20)
bounds = st.fixed_dictionaries(
    {},
    optional={
        "min": small,
        "max": small,
        "exclusiveMin": small,
        "exclusiveMax": small,
        "multipleOf": st.integers(1, 20),
    },
)


@given(st.sampled_from(ValueType), st.dictionaries(st.sampled_from(NAMES), anything, max_size=4))
def test_parse_rules__anything__gives_rules_or_says_what_is_wrong(
    value_type: ValueType, raw: dict[str, Any]
) -> None:
    try:
        rules = parse_rules(value_type, raw)
    except BadRules as error:
        told = [one.pointer for one in error.violations]
    else:
        told = []
        assert parse_rules(value_type, rules.to_json()) == rules
    assert all(pointer.split("/")[1] in raw or pointer == "/enum" for pointer in told)


@given(bounds)
def test_parse_rules__integer_bounds__are_refused_exactly_when_no_integer_obeys(
    raw: dict[str, int],
) -> None:
    # Unbounded sides always hold a multiple; 45 lies beyond every bound plus one step.
    allowed = [
        number
        for number in range(-45, 46)
        if number >= raw.get("min", -45)
        and number <= raw.get("max", 45)
        and number > raw.get("exclusiveMin", -46)
        and number < raw.get("exclusiveMax", 46)
        and number % raw.get("multipleOf", 1) == 0
    ]
    try:
        rules = parse_rules(ValueType.INTEGER, raw)
    except BadRules:
        assert not allowed
        return
    assert allowed
    for number in range(-45, 46):
        assert (check_value(ValueType.INTEGER, rules, number) == []) is (number in allowed)


@given(bounds, st.floats(-25, 25))
def test_parse_rules__number_bounds_that_some_number_obeys__are_accepted(
    raw: dict[str, int], number: float
) -> None:
    assume(number >= raw.get("min", -99) and number <= raw.get("max", 99))
    assume(number > raw.get("exclusiveMin", -99) and number < raw.get("exclusiveMax", 99))
    raw.pop("multipleOf", None)
    assert check_value(ValueType.NUMBER, parse_rules(ValueType.NUMBER, raw), number) == []


def test_bad_rules__every_message__is_a_predicate_that_keeps_what_was_written_to_itself() -> None:
    raw = {
        "pattern": "(?=c4n4ry)",
        "format": "c4n4ry",
        "minLength": "c4n4ry",
        "enum": [{"c4n4ry": 1}],
        "required": "c4n4ry",
    }
    with pytest.raises(BadRules) as refused:
        parse_rules(ValueType.STRING, raw)
    assert len(refused.value.violations) == 5
    assert "c4n4ry" not in str(refused.value)
    assert all(one.key is None and one.message for one in refused.value.violations)


@pytest.mark.parametrize("members", [["c4n4ry"], ["ok", "c4n4ry"]])
def test_bad_rules__member_outside_the_other_rules__is_not_repeated(members: list[str]) -> None:
    with pytest.raises(BadRules) as refused:
        parse_rules(ValueType.STRING, {"enum": members, "maxLength": 3})
    assert "c4n4ry" not in str(refused.value)
    assert "maxLength" in str(refused.value)
