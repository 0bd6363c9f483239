"""The published cases of rules and formats."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab_server.kernel.formats import FORMATS, is_of_format
from trimtab_server.kernel.rules import BadRules, check_value, parse_rules
from trimtab_server.kernel.value_types import ValueType

CASES = json.loads((Path(__file__).parents[4] / "contract" / "rule_cases.json").read_text("utf-8"))

OBEYED = [(case, value) for case in CASES["values"] for value in case["obeyed"]]
BROKEN = [(case, broken) for case in CASES["values"] for broken in case["broken"]]
FORM = [
    (name, text, answer == "yes")
    for name, answers in CASES["formats"].items()
    for answer, texts in answers.items()
    for text in texts
]


def name_of(part: Any) -> str:
    shown = f"{part['type']}:{part['rules']}" if isinstance(part, dict) and "type" in part else part
    return ascii(shown)[:60]


@pytest.mark.parametrize(("case", "value"), OBEYED, ids=name_of)
def test_check_value__value_that_obeys__breaks_nothing(case: dict[str, Any], value: Any) -> None:
    value_type = ValueType(case["type"])
    assert check_value(value_type, parse_rules(value_type, case["rules"]), value) == []


@pytest.mark.parametrize(("case", "broken"), BROKEN, ids=name_of)
def test_check_value__value_that_does_not_obey__names_each_broken_rule(
    case: dict[str, Any], broken: dict[str, Any]
) -> None:
    value_type = ValueType(case["type"])
    found = check_value(value_type, parse_rules(value_type, case["rules"]), broken["value"])
    assert [one.rule for one in found] == broken["rules"]


@pytest.mark.parametrize("case", CASES["refused"], ids=name_of)
def test_parse_rules__rules_that_are_none__points_at_each(case: dict[str, Any]) -> None:
    with pytest.raises(BadRules) as refused:
        parse_rules(ValueType(case["type"]), case["rules"])
    assert [one.pointer for one in refused.value.violations] == case["pointers"]


@pytest.mark.parametrize(("name", "text", "expected"), FORM, ids=name_of)
def test_is_of_format__published_text__as_published(name: str, text: str, expected: bool) -> None:
    assert is_of_format(name, text) is expected


def test_formats__all__have_cases() -> None:
    assert set(CASES["formats"]) == set(FORMATS)
