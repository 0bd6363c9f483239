"""A plan against the store: what has to be written, typed, and nothing that is there already."""

from typing import Any

from migration_driver.samples import moving, plan_of, staying, store_of
from trimtab.migrate.edits import edits_of
from trimtab.migrate.plan import Plan
from trimtab.migrate.store_state import StoreState
from trimtab.value_types import ValueType


def items(plan: Plan, state: StoreState, policy: str | None = None) -> list[Any]:
    edits = edits_of(plan, state, policy=policy)
    assert not edits.refusals
    return edits.items


def test_edits__of_a_new_key__create_it_under_shadow() -> None:
    plan = plan_of(moving("RETRIES", default=2, rules={"min": 0}, base=3, staging=5))
    assert items(plan, store_of({})) == [
        {
            "key": "RETRIES", "environment": "base", "type": "integer", "category": "general",
            "validationRules": {"min": 0}, "default": 2, "sourcePolicy": "shadow", "value": 3,
        },
        {"key": "RETRIES", "environment": "staging", "op": "set", "value": 5},
    ]  # fmt: skip


def test_edits__of_a_key_without_a_value__create_the_setting_alone() -> None:
    (item,) = items(plan_of(moving("RETRIES", default=2)), store_of({}), "store")
    assert "value" not in item
    assert (item["default"], item["sourcePolicy"]) == (2, "store")


def test_edits__where_the_store_says_the_same__are_none() -> None:
    plan = plan_of(moving("RETRIES", base=3, staging=5), staying("API_KEY"))
    state = store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}, "staging": {"RETRIES": 5}})
    assert items(plan, state) == []


def test_edits__compare__with_types() -> None:
    number = plan_of(moving("RATIO", ValueType.NUMBER, base=3.0))
    assert items(number, store_of({"RATIO": {"type": "number"}}, {"base": {"RATIO": 3.0}})) == []
    text = plan_of(moving("RATIO", ValueType.STRING, base="3"))
    state = store_of({"RATIO": {"type": "string"}}, {"base": {"RATIO": "3"}})
    assert items(text, state) == []
    flag = plan_of(moving("FLAG", ValueType.BOOLEAN, base=True))
    state = store_of({"FLAG": {"type": "boolean"}}, {"base": {"FLAG": False}})
    assert items(flag, state) == [{"key": "FLAG", "environment": "base", "value": True}]


def test_edits__of_an_override_that_became_equal__remove_it() -> None:
    plan = plan_of(moving("RETRIES", base=3), environments={"base": [".env"], "staging": ["s"]})
    state = store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}, "staging": {"RETRIES": 5}})
    assert items(plan, state) == [{"key": "RETRIES", "environment": "staging", "op": "delete"}]


def test_edits__of_an_environment_without_files__leave_it_alone() -> None:
    plan = plan_of(moving("RETRIES", base=4))
    state = store_of({"RETRIES": {}}, {"base": {"RETRIES": 3}, "prod": {"RETRIES": 9}})
    assert items(plan, state) == [{"key": "RETRIES", "environment": "base", "value": 4}]


def test_edits__below_another_environment__keep_what_the_plan_says_there() -> None:
    files = {"base": [".env"], "staging": ["s"], "qa": ["q"]}
    plan = plan_of(moving("RETRIES", base=3, staging=5), environments=files)
    wanted = [one for one in items(plan, store_of({})) if one["environment"] != "base"]
    assert wanted == [
        {"key": "RETRIES", "environment": "staging", "op": "set", "value": 5},
        {"key": "RETRIES", "environment": "qa", "op": "set", "value": 3},
    ]


def test_edits__of_a_definition_that_differs__name_the_members_that_do() -> None:
    plan = plan_of(moving("RETRIES", default=2, rules={"min": 0}, base=3))
    state = store_of({"RETRIES": {"validation_rules": {"min": 1}, "default": 2}})
    assert items(plan, state) == [
        {"key": "RETRIES", "environment": "base", "validationRules": {"min": 0}, "value": 3}
    ]


def test_edits__after_a_cut_over__do_not_take_it_back() -> None:
    plan = plan_of(moving("RETRIES", base=3))
    there = {"base": {"RETRIES": 3}}
    assert items(plan, store_of({"RETRIES": {}}, there, {"RETRIES": "store"})) == []
    (item,) = items(plan, store_of({"RETRIES": {}}, there, {"RETRIES": "store"}), "shadow")
    assert item == {"key": "RETRIES", "environment": "base", "sourcePolicy": "shadow"}
    (item,) = items(plan, store_of({"RETRIES": {}}, there, {"RETRIES": "env"}))
    assert item == {"key": "RETRIES", "environment": "base", "sourcePolicy": "shadow"}


def test_edits__that_cannot_be_made__say_why() -> None:
    plan = plan_of(moving("RETRIES", base=3, live=5), moving("TOKEN_LIMIT", base=1))
    edits = edits_of(plan, store_of({"TOKEN_LIMIT": {"is_secret": True}}))
    assert len(edits.refusals) == 2
    assert "trimtab environments --add live" in edits.refusals[0]
    assert edits.refusals[1].startswith("TOKEN_LIMIT is marked secret in the store")


def test_edits__more_than_one_change_holds__say_so() -> None:
    keys = [moving(f"LIMIT_{number}", base=number) for number in range(1_001)]
    assert "1,001 edits" in edits_of(plan_of(*keys), store_of({})).refusals[0]
    assert not edits_of(plan_of(*keys[1:]), store_of({})).refusals
