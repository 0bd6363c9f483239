"""Reading, digests and deltas of snapshots."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.errors import BadSnapshot
from trimtab.snapshot import (
    Delta,
    Revision,
    Snapshot,
    apply_delta,
    digest_of,
    digest_text,
    read_delta,
    read_item,
    read_snapshot,
)

EPOCH = 1764374400
keys = st.sampled_from(["A", "B", "C", "Z_Y", "ü"])
# What a store takes: no NUL, and no half of a surrogate pair, which is no text of UTF-8 at all.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
values = st.one_of(st.integers(-5, 5), st.booleans(), texts, st.floats(0, 1))
sets = st.dictionaries(keys, values, max_size=5)
TYPES = {bool: "boolean", int: "integer", str: "string", float: "number"}


def raw_item(value: object, /, **more: Any) -> dict[str, Any]:
    return {
        "type": TYPES[type(value)],
        "category": "c",
        "version": 1,
        "origin": "base",
        "updatedAt": "2026-01-01T00:00:00.000000Z",
        "value": value,
        **more,
    }


def snapshot_of(content: dict[str, Any], number: int = 1) -> Snapshot:
    items = {key: read_item(key, raw_item(value)) for key, value in content.items()}
    return Snapshot("default", "dev", Revision(EPOCH, number), items, digest_of(items))


def body_of(content: dict[str, Any], **changed: Any) -> str:
    return json.dumps({**json.loads(snapshot_of(content).to_json()), **changed})


@given(sets)
def test_read_snapshot__what_was_written__comes_back(content: dict[str, Any]) -> None:
    snapshot = snapshot_of(content)

    assert read_snapshot(snapshot.to_json()) == snapshot


@given(sets, sets)
def test_apply_delta__from_any_set_to_any_other__equals_the_whole(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    old, new = snapshot_of(before), snapshot_of(after, 2)
    items = {key: new.items.get(key) for key in old.items.keys() | new.items.keys()}
    delta = Delta("dev", old.revision, new.revision, items, new.digest)

    assert apply_delta(old, delta) == new
    assert old == snapshot_of(before)


@pytest.mark.parametrize(
    "changed",
    [
        {"digest": "0" * 32},
        {"items": {}},
        {"items": None},
        {"items": {"A": None}},
        {"items": {"A": raw_item(1, type="boolean")}},
        {"items": {"A": raw_item(1, value=None)}},
        {"items": {"A": raw_item(1, sourcePolicy="mine")}},
        {"revision": "17"},
        {"revision": None},
        {"application": None},
    ],
)
def test_read_snapshot__null_blank_or_wrong_anywhere__refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadSnapshot):
        read_snapshot(body_of({"A": 1}, **changed))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_read_snapshot__no_snapshot_at_all__refused(body: bytes) -> None:
    with pytest.raises(BadSnapshot):
        read_snapshot(body)


def test_read_snapshot__a_setting_too_many__refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trimtab.snapshot.snapshot.MAX_KEYS", 1)

    assert read_snapshot(body_of({"A": 1})).items["A"].value == 1
    with pytest.raises(BadSnapshot, match="more than 1 settings"):
        read_snapshot(body_of({"A": 1, "B": 2}))


def test_apply_delta__of_another_revision_or_digest__refused() -> None:
    old = snapshot_of({"A": 1})
    right = {
        "environment": "dev",
        "prev": str(old.revision),
        "rev": f"{EPOCH}.2",
        "items": {"A": None},
        "digest": digest_text(0),
    }

    assert not apply_delta(old, read_delta(json.dumps(right))).items
    for wrong in ({"prev": f"{EPOCH}.9"}, {"digest": "1" * 32}, {"environment": "prod"}):
        with pytest.raises(BadSnapshot):
            apply_delta(old, read_delta(json.dumps({**right, **wrong})))


def test_item__repr__shows_no_value() -> None:
    item = read_item("A", raw_item("shown-nowhere"))

    assert "shown-nowhere" not in repr(item)
