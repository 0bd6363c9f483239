"""Rules as the case file has them, for what the process itself supplies."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab.value_rules import check_rules
from trimtab.value_types import NotOfType, ValueType, check_type

CASES = json.loads((Path(__file__).parents[2] / "contract" / "rule_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES["values"], ids=lambda case: json.dumps(case)[:60])
def test_check_rules__cases__refuse_what_is_broken_and_nothing_else(case: dict[str, Any]) -> None:
    value_type, rules = ValueType(case["type"]), case["rules"]
    for value in case["obeyed"]:
        broken, _ = check_rules(check_type(value_type, value), rules)
        assert not broken
    for wrong in case["broken"]:
        try:
            value = check_type(value_type, wrong["value"])
        except NotOfType:
            continue
        broken, unchecked = check_rules(value, rules)
        named = {it.rpartition("(")[2].rstrip(")") for it in broken}
        assert unchecked or named == set(wrong["rules"])
        assert named <= set(wrong["rules"])


@pytest.mark.parametrize("name", ["duration", "bytes"])
def test_check_rules__named_forms__as_the_case_file_has_them(name: str) -> None:
    for text in CASES["formats"][name]["yes"]:
        assert check_rules(text, {"format": name}) == ([], [])
    for text in CASES["formats"][name]["no"]:
        assert check_rules(text, {"format": name})[0]


def test_check_rules__a_pattern_that_may_run_for_ever__is_not_tried() -> None:
    assert check_rules("a" * 64 + "!", {"pattern": "(a+)+"}) == ([], ["pattern"])


def test_check_rules__broken__says_no_value() -> None:
    broken, _ = check_rules("hush-hush", {"maxLength": 3, "pattern": "[0-9]+"})

    assert len(broken) == 2
    assert "hush" not in "".join(broken)
