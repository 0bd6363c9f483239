"""Rules in a plan: the published cases, as far as the migration tool judges them itself."""

import json
from pathlib import Path

import pytest

from trimtab.migrate.plan.rules import broken_rules, rule_faults
from trimtab.value_types import NotOfType, ValueType, check_type

CASES = json.loads((Path(__file__).parents[3] / "contract" / "rule_cases.json").read_text())
LEFT_TO_THE_SERVER = {"pattern", "format", "schema"}
CONTRADICTING = {"exclusiveMin", "exclusiveMax"}  # beyond the type's own range


@pytest.mark.parametrize("case", CASES["values"], ids=str)
def test_broken_rules__published_case__agrees(case: dict[str, object]) -> None:
    kind, rules = ValueType(str(case["type"])), case["rules"]
    assert list(rule_faults(kind, rules)) == []
    for value in case["obeyed"]:
        assert list(broken_rules(rules, check_type(kind, value))) == []
    for broken in case["broken"]:
        try:
            value = check_type(kind, broken["value"])
        except NotOfType:
            continue
        found = {name for name, _ in broken_rules(rules, value)}
        assert found == set(broken["rules"]) - LEFT_TO_THE_SERVER


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: str(case)[:80])
def test_rule_faults__published_case__names_no_other_rules(case: dict[str, object]) -> None:
    rules = case["rules"]
    found = {name for name, _ in rule_faults(ValueType(str(case["type"])), rules)}
    wanted = {unescaped(pointer.split("/")[1]) for pointer in case["pointers"]}
    assert found <= wanted
    judged_here = set(rules) - LEFT_TO_THE_SERVER - CONTRADICTING
    assert wanted & judged_here <= found or len(rules) > 1


def unescaped(name: str) -> str:
    return name.replace("~1", "/").replace("~0", "~")
