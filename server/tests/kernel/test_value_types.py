"""The published truth table, and what must hold for every value."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.strict_json import parse_json
from trimtab_server.kernel.value_types import (
    MAX_INTEGER,
    NotOfType,
    ValueType,
    canonical_text,
    check_type,
    from_canonical_text,
    parse_text,
)

CASES = json.loads((Path(__file__).parents[3] / "contract" / "value_cases.json").read_text("utf-8"))

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
floats = st.floats(allow_nan=False, allow_infinity=False)
inner_values = st.recursive(
    st.none() | st.booleans() | integers | floats | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
json_values = st.lists(inner_values, max_size=4) | st.dictionaries(texts, inner_values, max_size=4)
TYPED = {
    ValueType.STRING: texts,
    ValueType.INTEGER: integers,
    ValueType.NUMBER: floats,
    ValueType.BOOLEAN: st.booleans(),
    ValueType.ENUM: texts.filter(bool),
    ValueType.JSON: json_values,
}
typed_values = st.sampled_from(ValueType).flatmap(
    lambda value_type: st.tuples(st.just(value_type), TYPED[value_type])
)


def name_of(case: dict[str, Any]) -> str:
    return f"{case.get('type')}:{ascii(case.get('text', case.get('json')))[:30]}"


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


def test_cases__every_type__has_many() -> None:
    for value_type in ValueType:
        assert sum(case["type"] == value_type for case in CASES["text"]) >= 10
    assert len(CASES["text"]) >= 150


@given(typed_values)
def test_canonical_text__checked_value__is_strict_json_that_reads_back_the_same(
    typed: tuple[ValueType, Any],
) -> None:
    checked = check_type(*typed)
    text = canonical_text(checked)
    assert exactly(from_canonical_text(text)) == exactly(checked)
    assert exactly(parse_json(text.encode())) == exactly(checked)
    assert canonical_text(from_canonical_text(text)) == text


@given(typed_values)
def test_check_type__its_own_answer__is_accepted_unchanged(typed: tuple[ValueType, Any]) -> None:
    value_type, value = typed
    checked = check_type(value_type, value)
    assert exactly(check_type(value_type, checked)) == exactly(checked)


@given(st.sampled_from(ValueType), inner_values)
def test_check_type__value_of_some_type__belongs_to_it_or_is_refused(
    value_type: ValueType, value: object
) -> None:
    kinds = {"string": str, "enum": str, "integer": int, "number": float, "boolean": bool}
    try:
        checked = check_type(value_type, value)
    except NotOfType:
        return
    assert type(checked) is kinds.get(value_type, type(value))


@given(integers)
def test_parse_text__integer_as_python_writes_it__is_that_integer(number: int) -> None:
    assert exactly(parse_text(ValueType.INTEGER, str(number))) == str(number)


@given(floats)
def test_parse_text__float_as_python_writes_it__is_that_float(number: float) -> None:
    assert exactly(parse_text(ValueType.NUMBER, repr(number))) == exactly(number + 0.0)


@given(json_values)
def test_parse_text__json_in_any_layout__is_that_value(value: Any) -> None:
    assert exactly(parse_text(ValueType.JSON, json.dumps(value, indent=3))) == exactly(value)


@given(st.sampled_from(ValueType), st.text())
def test_parse_text__any_text__gives_a_value_or_says_what_would_be_right(
    value_type: ValueType, text: str
) -> None:
    try:
        value = parse_text(value_type, text)
    except NotOfType:
        return
    assert exactly(check_type(value_type, value)) == exactly(value)


@pytest.mark.parametrize("unfit", [{1: 2}, {"a": {2.5: 1}}, [object()], [(1,)], {"a": b"x"}])
def test_check_type__what_json_cannot_write__is_refused(unfit: object) -> None:
    with pytest.raises(NotOfType):
        check_type(ValueType.JSON, unfit)


@pytest.mark.parametrize("unfit", [float("nan"), float("inf"), -float("inf")])
def test_check_type__number_that_is_none__is_refused(unfit: float) -> None:
    with pytest.raises(NotOfType):
        check_type(ValueType.NUMBER, unfit)
    with pytest.raises(NotOfType):
        check_type(ValueType.JSON, [unfit])


def test_not_of_type__message__does_not_repeat_the_text() -> None:
    for value_type in set(ValueType) - {ValueType.STRING, ValueType.ENUM}:
        with pytest.raises(NotOfType) as refused:
            parse_text(value_type, '{"c4n4ry": "c4n4ry", "c4n4ry": 1}')
        assert "c4n4ry" not in str(refused.value)
