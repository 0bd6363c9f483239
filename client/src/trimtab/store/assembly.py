"""The next set in force, made from a snapshot and this process."""

import time
from collections.abc import Collection, Mapping

from trimtab.snapshot import Item, Snapshot
from trimtab.value_types import Value, ValueType

from .resolve import Outcome, Surroundings, from_process, is_plain, resolve
from .state import Source, State


class Assembly:
    """Makes states; those it is given are left as they are."""

    def __init__(self, around: Surroundings, declared: Mapping[str, ValueType]) -> None:
        self._around = around
        self._declared = dict(declared)

    def without_snapshot(self) -> State:
        """What the process environment alone gives: declared keys."""
        outcomes = self._from_process(self._declared)
        values = _values_of(outcomes)
        return State(None, Source.ENVIRONMENT if values else Source.DEFAULT, values, outcomes)

    def _from_process(self, keys: Mapping[str, ValueType]) -> dict[str, Outcome]:
        found = {key: from_process(key, kind, self._around.process) for key, kind in keys.items()}
        return {key: it for key, it in found.items() if it.winner or it.faults}

    def whole(self, snapshot: Snapshot, source: Source, old: State) -> State:
        """A snapshot resolved from the ground up."""
        unknown = {key: it for key, it in self._declared.items() if key not in snapshot.items}
        outcomes = self._from_process(unknown)
        values: dict[str, Value] = {}
        for key, item in snapshot.items.items():
            if not is_plain(item):
                outcomes[key] = self._outcome_of(item, old)
            elif item.value is not None:
                values[key] = item.value
        values.update(_values_of(outcomes))
        return State(snapshot, source, values, outcomes, received_at=time.monotonic())

    def advanced(
        self, snapshot: Snapshot, source: Source, old: State, changed: Collection[str]
    ) -> State:
        """The snapshot that came out of the old one's by a change of these keys."""
        values, outcomes = old.values.copy(), dict(old.outcomes)
        for key in changed:
            item = snapshot.items.get(key)
            outcome = self._outcome_of_changed(key, item, old)
            if outcome is None:
                outcomes.pop(key, None)
            else:
                outcomes[key] = outcome
            value = outcome.value if outcome else item.value if item else None
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
        return State(snapshot, source, values, outcomes, received_at=time.monotonic())

    def _outcome_of_changed(self, key: str, item: Item | None, old: State) -> Outcome | None:
        if item is not None:
            return None if is_plain(item) else self._outcome_of(item, old)
        declared = self._declared.get(key)
        return self._from_process({key: declared}).get(key) if declared else None

    def _outcome_of(self, item: Item, old: State) -> Outcome:
        before = old.snapshot.items.get(item.key) if old.snapshot else None
        same = before is not None and before.value == item.value and before.type is item.type
        return resolve(item, self._around, old.outcomes.get(item.key) if same else None)


def _values_of(outcomes: Mapping[str, Outcome]) -> dict[str, Value]:
    return {key: it.value for key, it in outcomes.items() if it.value is not None}
