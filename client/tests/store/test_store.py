"""What is in force: resolved, agreed to, swapped whole, told."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from trimtab.connectors import MemoryConnector
from trimtab.store import Change, Prepared, Rejected, State, Store
from trimtab.value_types import ValueType

SECRET = "correct-horse-battery"


class Doubled:
    """A binding: keeps A twice as large, refuses what is not positive."""

    name = "Doubled"

    def __init__(self) -> None:
        self.value = 0
        self.seen: list[tuple[int, Mapping[str, Change]]] = []

    def prepare(self, new: State, changed: Mapping[str, Change]) -> Prepared:
        wanted = new.values.get("A", 1)
        if not isinstance(wanted, int):
            raise TypeError(f"not {wanted}")
        if wanted <= 0:
            raise Rejected("A must be positive")
        return _Next(self, 2 * wanted, changed)


class _Next:
    def __init__(self, of: Doubled, value: int, changed: Mapping[str, Change]) -> None:
        self.of, self.value, self.changed = of, value, changed

    def swap(self) -> None:
        self.of.value = self.value

    def notify(self) -> None:
        self.of.seen.append((self.of.value, self.changed))


def fed(content: Mapping[str, Any], **options: Any) -> tuple[Store, MemoryConnector]:
    store = Store(**{"process": {}, **options})
    return store, MemoryConnector(store, content)


def test_offer__a_binding_refuses__everything_stays_and_it_is_said() -> None:
    told: list[Exception] = []
    store, memory = fed({"A": 1, "B": 1}, on_error=told.append)
    binding, handle = Doubled(), store.handle("B")
    store.bind(binding)
    before = store.state

    assert not memory.set({"A": -1, "B": 2})

    assert store.state is before
    assert (binding.value, handle.value) == (2, 1)
    assert store.refused_count == 1
    assert store.refusal is not None
    assert (store.refusal.by, store.refusal.reason) == ("Doubled", "A must be positive")
    assert [type(error) for error in told] == [Rejected]
    assert memory.set({"A": 5})
    assert (binding.value, handle.value) == (10, 2)


def test_offer__refused_with_a_text_of_its_own__only_its_class_is_kept() -> None:
    store, memory = fed({"A": 1})
    store.bind(Doubled())

    memory.set({"A": SECRET})

    assert store.refusal is not None
    assert store.refusal.reason == "TypeError"


def test_offer__callbacks__come_after_all_swapped_and_apart_from_each_other() -> None:
    store, memory = fed({"A": 1})
    binding, handle = Doubled(), store.handle("A")
    store.bind(binding)
    seen: list[object] = []

    def fails(old: object, new: object) -> None:
        raise RuntimeError

    store.on_change("A", fails)
    store.on_change("A", lambda old, new: seen.append((old, new, handle.value, binding.value)))
    stop = store.on_change(None, seen.append)
    memory.set({"A": 2})
    stop()
    memory.set({"A": 2, "B": 1})

    assert seen == [(1, 2, 2, 4), {"A": Change(1, 2)}]
    assert store.failed_callbacks == 1
    assert binding.seen == [(4, {"A": Change(1, 2)}), (4, {"B": Change(None, 1)})]


def test_on_change__a_callback_that_changes_things__is_no_deadlock() -> None:
    store, memory = fed({"A": 1})
    seen: list[object] = []
    store.on_change("A", lambda old, new: memory.set({"B": new}))
    store.on_change("B", lambda old, new: seen.append(new))

    memory.set({"A": 2})

    assert seen == [2]


def test_handle__key_goes_and_comes__default_in_between() -> None:
    store, memory = fed({"A": 1})
    handle = store.handle("A", 7)

    memory.set({"A": None})
    assert handle.value == 7
    memory.set({"A": True})
    assert handle.value is True


def test_override__nested_and_taken_off_in_any_order__the_store_below_goes_on() -> None:
    store, memory = fed({"A": 1})
    binding = Doubled()
    store.bind(binding)
    outer, inner = store.override({"A": 3, "NEW": 1}), store.override({"A": 4})

    outer.__enter__()
    inner.__enter__()
    memory.set({"A": 2})
    assert (store.values["A"], store.values["NEW"], binding.value) == (4, 1, 8)
    outer.__exit__(None, None, None)
    assert store.values == {"A": 4}
    inner.__exit__(None, None, None)
    assert (store.values, binding.value) == ({"A": 2}, 4)
    with pytest.raises(Rejected), store.override({"A": -1}):
        pytest.fail("not entered")
    assert store.values == {"A": 2}


@pytest.mark.parametrize(
    ("policy", "variable", "value", "winner"),
    [
        ("store", "9", 1, "store"),
        ("shadow", "9", 9, "process-environment"),
        ("shadow", None, 1, "store"),
        ("shadow", "9.0", 1, "store"),
        ("env", "9", 9, "process-environment"),
        ("env", None, None, None),
        ("env", "nine", None, None),
    ],
)
def test_offer__source_policies__decide_who_wins(
    policy: str, variable: str | None, value: object, winner: str | None
) -> None:
    store, memory = fed({}, process={} if variable is None else {"A": variable})

    stored = None if policy == "env" else 1
    memory.set({"A": stored}, type="integer", sourcePolicy=policy)

    outcome = store.outcome("A")
    assert outcome is not None
    assert (store.values.get("A"), outcome.winner) == (value, winner)
    assert bool(outcome.faults) == (variable in {"9.0", "nine"})


def test_offer__shadow_mismatch__is_counted_and_logged_without_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, memory = fed({}, process={"A": SECRET, "B": "same"})

    memory.set({"A": "other", "B": "same"}, sourcePolicy="shadow")
    memory.set({"C": 1})

    assert store.shadow_mismatches == {"A": 1}
    assert "A: the process environment and the store differ" in caplog.text
    assert SECRET not in caplog.text


def test_offer__references__are_resolved_here_and_checked(tmp_path: Path) -> None:
    (tmp_path / "key file").write_text(f"{SECRET}\n")
    process = {"KEY": SECRET, "PORT": "80"}
    schemes: dict[str, Callable[[str], str]] = {"vault": lambda reference: reference[8:]}
    store, memory = fed({}, process=process, schemes=schemes)

    memory.set({"A": "env://KEY"}, isSecret=True)
    memory.set({"B": (tmp_path / "key file").as_uri()}, isSecret=True)
    memory.set({"C": "vault://x"}, isSecret=True)
    memory.set({"D": "env://PORT"}, isSecret=True, type="integer")
    memory.set({"E": "env://KEY"}, isSecret=True, type="integer")
    memory.set({"F": "env://NONE"}, isSecret=True)
    memory.set({"G": "file:///dev/zero"}, isSecret=True)

    assert store.values == {"A": SECRET, "B": SECRET, "C": "x", "D": 80}
    outcomes = [store.outcome(key) for key in "ABCDEFG"]
    assert [bool(it and it.faults) for it in outcomes] == [False] * 4 + [True] * 3
    shown = f"{store.state!r} {store.handle('A')!r} {outcomes!r}"
    assert SECRET not in shown


def test_refresh__reference_leads_nowhere_for_a_moment__secret_is_kept() -> None:
    process = {"KEY": "one"}
    store, memory = fed({}, process=process)
    memory.set({"A": "env://KEY"}, isSecret=True)

    process["KEY"] = "two"
    store.refresh()
    assert store.values == {"A": "two"}
    del process["KEY"]
    store.refresh()
    assert store.values == {"A": "two"}
    memory.set({"A": "env://OTHER"}, isSecret=True)
    assert store.values == {}


def test_declared__nobody_knows_the_key__process_environment_gives_it() -> None:
    declared = {"A": ValueType.INTEGER, "B": ValueType.INTEGER}
    store = Store(process={"A": "1", "B": "x", "HOME": "/"}, declared=declared)

    assert (store.values, store.state.source) == ({"A": 1}, "environment")
    MemoryConnector(store, {"A": 2})
    assert store.values == {"A": 2}
