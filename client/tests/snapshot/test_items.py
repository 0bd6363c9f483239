"""Items that share a whole: after any changes they are what a plain dictionary would be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.snapshot import Item, items, read_item
from trimtab.snapshot.items import MOST_CHANGED, items_after

KEYS = st.sampled_from("ABCDEF")
CHANGES = st.dictionaries(KEYS, st.none() | st.integers(0, 3), max_size=6)


def item_of(key: str, value: int | None) -> Item | None:
    if value is None:
        return None
    raw: dict[str, Any] = {"type": "integer", "category": "c", "version": 1, "updatedAt": "then"}
    return read_item(key, {**raw, "value": value})


@pytest.fixture(params=[0, 2, MOST_CHANGED])
def most_changed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MOST_CHANGED", request.param)


@pytest.mark.usefixtures("most_changed")
@given(st.dictionaries(KEYS, st.integers(0, 3)), st.lists(CHANGES, max_size=8))
def test_items__any_changes__what_a_dictionary_would_be(
    first: dict[str, int], changes: list[dict[str, int | None]]
) -> None:
    plain: dict[str, Item] = {key: item for key in first if (item := item_of(key, first[key]))}
    now: Any = dict(plain)
    for change in changes:
        changed = {key: item_of(key, value) for key, value in change.items()}
        before, held = now, dict(now)
        now = items_after(before, changed)
        assert dict(before) == held
        plain = {key: item for key, item in {**plain, **changed}.items() if item}
        assert dict(now) == plain
        assert len(now) == len(plain)
        assert {key: now.get(key) for key in "ABCDEF"} == {key: plain.get(key) for key in "ABCDEF"}


def test_items__a_change_of_few__shares_the_rest() -> None:
    whole = {key: item for key in "ABC" if (item := item_of(key, 1))}

    now = items_after(whole, {"B": item_of("B", 2), "C": None})

    assert now._whole is whole
    assert [*now] == ["A", "B"]
