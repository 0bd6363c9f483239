"""The published truth table, and what must hold for every value."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.errors import TrimtabError
from trimtab.value_types import (
    MAX_INTEGER,
    NotOfType,
    ValueType,
    canonical_text,
    check_type,
    from_canonical_text,
    parse_text,
)

CASES = json.loads((Path(__file__).parents[2] / "contract" / "value_cases.json").read_text("utf-8"))

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner),
    max_leaves=12,
)


def name_of(case: dict[str, Any]) -> str:
    return f"{case.get('type')}:{str(case.get('text', case.get('json')))[:30]!r}"


def exactly(value: object) -> str:
    """Tells 1, 1.0 and True apart, which == does not."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("case", CASES["text"], ids=name_of)
def test_parse_text__published_case__gives_its_value_or_error(case: dict[str, Any]) -> None:
    value_type = ValueType(case["type"])
    if "error" not in case:
        assert exactly(parse_text(value_type, case["text"])) == exactly(case["value"])
        return
    with pytest.raises(NotOfType) as refused:
        parse_text(value_type, case["text"])
    assert refused.value.rule == case["error"]


@pytest.mark.parametrize("case", CASES["json"], ids=name_of)
def test_check_type__published_case__gives_its_value_or_error(case: dict[str, Any]) -> None:
    value_type, decoded = ValueType(case["type"]), json.loads(case["json"])
    if "error" not in case:
        assert exactly(check_type(value_type, decoded)) == exactly(case["value"])
        return
    with pytest.raises(NotOfType) as refused:
        check_type(value_type, decoded)
    assert refused.value.rule == case["error"]


@pytest.mark.parametrize("case", CASES["canonical"], ids=name_of)
def test_canonical_text__published_case__is_that_text(case: dict[str, Any]) -> None:
    assert canonical_text(case["value"]) == case["text"]
    assert exactly(from_canonical_text(case["text"])) == exactly(case["value"])


@given(json_values)
def test_canonical_text__any_value__reads_back_the_same(value: Any) -> None:
    assert exactly(from_canonical_text(canonical_text(value))) == exactly(value)


@given(st.integers(-MAX_INTEGER, MAX_INTEGER))
def test_parse_text__any_integer_as_python_writes_it__is_that_integer(number: int) -> None:
    assert parse_text(ValueType.INTEGER, str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_parse_text__any_float_as_python_writes_it__is_that_float(number: float) -> None:
    parsed = parse_text(ValueType.NUMBER, repr(number))
    assert parsed == number
    assert math.copysign(1, parsed) == 1 or number < 0


@given(st.sampled_from(ValueType), st.text() | json_values)
def test_check_type__its_own_answer__is_accepted_unchanged(
    value_type: ValueType, value: object
) -> None:
    try:
        checked = check_type(value_type, value)
    except NotOfType:
        return
    assert exactly(check_type(value_type, checked)) == exactly(checked)


@given(st.sampled_from(ValueType), st.text())
def test_parse_text__any_text__gives_a_value_or_says_what_would_be_right(
    value_type: ValueType, text: str
) -> None:
    try:
        value = parse_text(value_type, text)
    except NotOfType:
        return
    assert from_canonical_text(canonical_text(value)) == value


def test_not_of_type__message__does_not_repeat_the_text() -> None:
    for value_type in set(ValueType) - {ValueType.STRING, ValueType.ENUM}:
        with pytest.raises(TrimtabError) as refused:
            parse_text(value_type, "c4n4ry")
        assert "c4n4ry" not in str(refused.value)
