"""Items and digests are what the contract's cases say; the client's suite reads the same file."""

import json
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from trimtab_server.catalog.definition import Definition, Reload, SourcePolicy
from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.config.resolve import resolve
from trimtab_server.config.state import SettingState, Stored
from trimtab_server.delivery.digest import digest_text, item_number
from trimtab_server.delivery.item import render_item
from trimtab_server.kernel.rules import parse_rules
from trimtab_server.kernel.value_types import ValueType, canonical_text

CASES = json.loads(
    (Path(__file__).parents[3] / "contract" / "snapshot_cases.json").read_text(encoding="utf-8")
)
ID = UUID(int=1)


@pytest.mark.parametrize("case", CASES["items"], ids=lambda one: one["why"])
def test_item__of_a_case__is_its_text(case: dict[str, Any]) -> None:
    at = datetime.fromisoformat(case["updatedAt"])
    said = case["setting"]
    kind = ValueType(said["type"])
    rules = parse_rules(kind, said["validationRules"])
    definition = Definition(
        said["category"],
        kind,
        rules,
        said["default"],
        is_secret=said["isSecret"],
        reload=Reload(said["reload"]),
    )
    values, policies = {}, {}
    if case["value"] is not None:
        row = Stored(ID, canonical_text(case["value"]), case["version"], at, at, "somebody")
        values = {case["valueIn"]: row}
    if case["policyInDev"] != "store":
        policies = {"dev": SourcePolicy(case["policyInDev"])}
    setting = SettingState(
        ID, case["key"], definition, 4, False, at, at, "somebody", values, policies
    )
    tree = EnvironmentTree(
        Environment(ID, name, parent, 1, 1, at)
        for name, parent in (("base", None), ("dev", "base"))
    )
    item = render_item(setting, resolve(setting, tree, "dev"))
    assert item.text.decode() == case["item"]
    assert item.member == f'"{case["key"]}":{case["item"]}'.encode()
    members = {**json.loads(case["item"])}
    assert canonical_text(members) == case["item"], "canonical as a whole"


@pytest.mark.parametrize("case", CASES["digests"], ids=lambda one: one["why"])
def test_digest__of_a_case__is_the_sum(case: dict[str, Any]) -> None:
    assert digest_text(sum(number(*item) for item in case["items"].items())) == case["digest"]


@pytest.mark.parametrize("case", CASES["steps"], ids=lambda one: one["why"])
def test_digest__kept_up_item_by_item__is_that_of_the_whole(case: dict[str, Any]) -> None:
    total = sum(number(*item) for item in case["before"].items())
    assert digest_text(total) == case["digestBefore"]
    for key, text in case["items"].items():
        total -= number(key, case["before"][key]) if key in case["before"] else 0
        total += 0 if text is None else number(key, text)
    assert digest_text(total) == case["digest"]


def number(key: str, text: str) -> int:
    member = f"{json.dumps(key)}:{text}".encode()
    found = int.from_bytes(blake2b(member, digest_size=16).digest(), "big")
    assert item_number(member) == found
    return found
