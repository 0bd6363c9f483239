"""Schemas that are short to write and endless to check."""

import time
from typing import Any

import pytest

from trimtab_server.kernel.rules import BadRules, check_value, parse_rules
from trimtab_server.kernel.rules.schema_weight import MAX_WEIGHT, BadSchema, weigh
from trimtab_server.kernel.value_types import ValueType


def chain(length: int, references: int) -> dict[str, Any]:
    """Definitions that each refer to the next, so often."""
    definitions: dict[str, Any] = {
        f"d{place}": {"anyOf": [{"$ref": f"#/$defs/d{place + 1}"}] * references}
        for place in range(length)
    }
    return {"$defs": definitions | {f"d{length}": {"const": 1}}, "$ref": "#/$defs/d0"}


TREE = {"properties": {"next": {"$ref": "#"}, "value": {"type": "integer"}}}
LISTS = {
    "$ref": "#/$defs/node",
    "$defs": {"node": {"properties": {"children": {"items": {"$ref": "#/$defs/node"}}}}},
}
TWICE = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}
MUTUAL = {
    "$ref": "#/$defs/a",
    "$defs": {
        "a": {"items": {"$ref": "#/$defs/b"}},
        "b": {"anyOf": [{"items": {"$ref": "#/$defs/b"}}, {"items": {"$ref": "#/$defs/a"}}]},
    },
}
SIBLINGS = {
    "properties": {"x": {"$ref": "#/$defs/b"}, "y": {"$ref": "#/$defs/c"}},
    "$defs": {"b": {"items": {"$ref": "#/$defs/b"}}, "c": {"items": {"$ref": "#/$defs/c"}}},
}


@pytest.mark.parametrize(
    ("schema", "weight"),
    [
        ({}, 1),
        ({"properties": {"a": {}, "b": {}}}, 3),
        ({"properties": {"$ref": {"type": "string"}}}, 2),  # a property that is named so
        ({"const": {"$ref": "http://nowhere.example/"}}, 1),  # data, not a reference
        ({"$defs": {"unused": {"allOf": [{}, {}]}}}, 1),
        ({"allOf": [{}, True], "not": {}, "items": False}, 3),
        ({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"items": {}}}}, 3),
        ({"$ref": "#/allOf/0", "allOf": [{"type": "object"}]}, 3),
        (chain(5, 1), 12),
        (TREE, 3),
        (SIBLINGS, 7),
    ],
)
def test_weigh__schema__counts_it_written_out(schema: dict[str, Any], weight: int) -> None:
    assert weigh(schema) == weight


@pytest.mark.parametrize("schema", [chain(20, 2), chain(60, 3), TWICE, MUTUAL])
def test_weigh__work_that_doubles__is_refused_at_once(schema: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(BadSchema):
        weigh(schema)
    assert time.process_time() - started < 0.5


def test_weigh__limit__is_met_exactly() -> None:
    assert weigh({"allOf": [{}] * (MAX_WEIGHT - 1)}) == MAX_WEIGHT
    with pytest.raises(BadSchema):
        weigh({"allOf": [{}] * MAX_WEIGHT})


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": 3},
        {"allOf": {"a": 1}},
        {"$ref": 3},
        {"$schema": 3},
        {"$schema": ["x"]},
        {"items": [3]},
        {"type": 3},
        {"$ref": "#/type/0", "type": "object"},
        {"$ref": "#/allOf/x", "allOf": []},
        {"$ref": "#/allOf/7", "allOf": []},
        {"$ref": "#/title/x", "title": "t"},
    ],
)
def test_parse_rules__schema_of_the_wrong_form__is_a_bad_rule(schema: dict[str, Any]) -> None:
    with pytest.raises(BadRules):
        parse_rules(ValueType.JSON, {"schema": schema})


@pytest.mark.parametrize("schema", [TREE, LISTS, SIBLINGS, chain(7, 2)])
def test_check_value__heavy_schema_that_passed__answers_soon(schema: dict[str, Any]) -> None:
    rules = parse_rules(ValueType.JSON, {"schema": schema})
    nested: Any = {"next": 1, "x": 1}
    for _ in range(30):
        nested = {"next": nested, "x": [nested["x"]]}
    started = time.process_time()
    values: list[Any] = [
        nested,
        [[]] * 100,
        [[]] * 10_000,
        {"children": [{"children": [{}] * 9_000}]},
    ]
    for value in values:
        check_value(ValueType.JSON, rules, value)
    assert time.process_time() - started < 2


def test_check_value__the_more_work__the_less_is_told() -> None:
    rules = parse_rules(ValueType.JSON, {"schema": chain(7, 2)})
    told = [check_value(ValueType.JSON, rules, [[]] * nodes) for nodes in (9, 900, 9_000)]
    assert [len(found) for found in told] == [1, 1, 1]
    assert told[0] == told[1] != told[2]
    assert told[2][0].message == "must obey its schema (schema)"
