"""Which variables a program gets from the set in force."""

from collections.abc import Mapping
from typing import Any

import pytest

import trimtab
from trimtab.environ.variables import Variables, variables

SECRET = "hunter2-and-more"


def given(value: Any, process: Mapping[str, str], **definition: Any) -> Variables:
    """What a program gets of one setting KEY."""
    cfg = trimtab.connect(mode="memory", environ=process)
    cfg.memory.set({"KEY": value}, **definition)
    return variables(cfg.store.state, process)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two words", "two words"),
        ("", ""),
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        (3.0, "3.0"),
        (["ä", 1], '["ä",1]'),
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
    ],
)
def test_variables__value__is_the_text_of_an_export(value: Any, text: str) -> None:
    assert given(value, {}).environ == {"KEY": text}


@pytest.mark.parametrize(
    ("policy", "process", "expected", "notes"),
    [
        ("store", {}, "1", 0),
        ("store", {"KEY": "2"}, "1", 0),
        ("shadow", {}, "1", 0),
        ("shadow", {"KEY": "1"}, "1", 0),
        ("shadow", {"KEY": "2"}, "2", 1),
        ("shadow", {"KEY": "no number"}, "no number", 1),
        ("env", {"KEY": "2"}, "2", 0),
        ("env", {}, None, 0),
    ],
)
def test_variables__source_policy__decides_whose_value_it_is(
    policy: str, process: dict[str, str], expected: str | None, notes: int
) -> None:
    found = given(1, process, sourcePolicy=policy)
    assert found.environ.get("KEY") == expected
    assert len(found.notes) == notes
    assert "no number" not in str(found)


def test_variables__reference__is_resolved_and_shown_nowhere() -> None:
    process = {"ELSEWHERE": SECRET}
    found = given("env://ELSEWHERE", process, type="string", isSecret=True)
    assert found.environ["KEY"] == SECRET
    assert SECRET not in repr(found)


def test_variables__reference_that_leads_nowhere__is_told_and_gives_nothing() -> None:
    found = given("env://ELSEWHERE", {"KEY": "own"}, type="string", isSecret=True)
    assert found.environ == {"KEY": "own"}
    note = "The reference of KEY cannot be resolved: the variable ELSEWHERE "
    note += "is not set in this process."
    assert found.notes == (note,)


def test_variables__name_of_our_own__is_left_as_it_is_and_told() -> None:
    process = {"TRIMTAB_TOKEN": "own"}
    cfg = trimtab.connect(mode="memory", values={"TRIMTAB_TOKEN": "x"}, environ=process)
    found = variables(cfg.store.state, process)
    assert (found.environ, found.given) == (process, ())
    assert "Trimtab's own" in found.notes[0]
