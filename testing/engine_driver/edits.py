"""Edits as hypothesis strategies: few keys and values, so that they meet each other often."""

from typing import Any

from hypothesis import strategies as st

from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.edits import (
    ABSENT,
    AnyEdit,
    ClearValue,
    CreateSetting,
    Place,
    PutSetting,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)

ENVIRONMENTS = ("base", "dev", "staging", "prod")
# Mostly what can succeed; `retries` differs only in case, and there is no `nowhere`.
keys = st.sampled_from(["RETRIES", "RATIO", "MODEL"] * 3 + ["retries"])
environments = st.sampled_from([*ENVIRONMENTS, *ENVIRONMENTS, *ENVIRONMENTS, "nowhere"])

values = st.sampled_from(
    [0, 1, 3, 5, 99, 0.5, 1.0, 3.0, True, "gpt-4", "x", "", None, [1], {"a": 1}]
)
definitions: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"type": "integer", "validationRules": {"min": 0, "max": 5}},
        {"type": "integer", "default": 1},
        {"type": "number", "validationRules": {"max": 50}, "default": 0.5},
        {"type": "string", "category": "model_config"},
        {"type": "string", "validationRules": {"required": True}},
        {"type": "json"},
        {"type": "integer", "validationRules": {"min": 6, "max": 5}},
    ]
)
redefinitions: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"validationRules": {"max": 4}},
        {"validationRules": {}},
        {"type": "number"},
        {"type": "integer"},
        {"default": 3},
        {"default": None},
        {"description": "words"},
        {"category": "performance", "reload": "restart"},
        {"validationRules": {"required": True}},
    ]
)
policies = st.sampled_from([None, *SourcePolicy])
places = st.builds(Place, keys, environments, st.sampled_from(["", "/items/0"]))
some_value = st.one_of(st.just(ABSENT), values)
edits: st.SearchStrategy[AnyEdit] = st.one_of(
    st.builds(SetValue, places, values),
    st.builds(SetValue, places, values),
    st.builds(CreateSetting, places, definitions, some_value, policies),
    st.builds(CreateSetting, places, definitions, some_value, st.none()),
    st.builds(PutSetting, places, st.one_of(st.just({}), definitions), some_value, st.none()),
    st.builds(RemoveValue, places, st.booleans()),
    st.builds(ClearValue, places),
    st.builds(Redefine, places, redefinitions),
    st.builds(SetPolicy, places, policies),
)
changes = st.lists(edits, min_size=1, max_size=3)
histories = st.lists(changes, min_size=1, max_size=10)

# A start from which most edits succeed: what is refused at once explores nothing.
clean_changes: list[list[AnyEdit]] = [
    [
        CreateSetting(Place("RETRIES", "base"), {"type": "integer", "default": 1}, 3),
        CreateSetting(Place("RATIO", "base"), {"type": "number"}, 0.5),
        CreateSetting(Place("MODEL", "base"), {"type": "string"}, "gpt-4"),
    ],
    [SetValue(Place("RETRIES", "dev"), 5)],
]
