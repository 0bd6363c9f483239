"""What a change would do to a state: the new state and its items, or every reason against it.

Pure, and the only judge: writing, validating and dry runs all ask it, so they cannot disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from trimtab_server.catalog.credentials import check_comment, nameable
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.items import ChangeItem
from trimtab_server.config import plan_definition, plan_policy, plan_value
from trimtab_server.config.edits import (
    ABSENT,
    AnyEdit,
    ClearValue,
    CreateSetting,
    Edit,
    PutSetting,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused, EditRefused
from trimtab_server.config.resolve import effective_policy, entity_tag, resolve
from trimtab_server.config.stamp import Stamp, Step
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.violation import Violation


@dataclass(frozen=True, slots=True)
class Planned:
    """The state after a change and what it did; no items means that it changed nothing."""

    state: State
    items: tuple[ChangeItem, ...]

    def within(self, whole: State) -> "Planned":
        """The same, with the settings of `whole` that were kept from the planner."""
        settings = {**whole.settings, **self.state.settings}
        return replace(self, state=replace(self.state, settings=settings))

    def touched(self) -> set[str]:
        """The environments whose answers this change may have altered, heirs included."""
        tree = self.state.environments
        names: set[str] = set()
        for item in self.items:
            names |= set(tree) if item.environment is None else tree.heirs(item.environment)
        return names


def plan(
    state: State, edits: Sequence[AnyEdit], *, by: str, at: datetime, comment: str | None = None
) -> Planned:
    """Apply the edits in order, all or none.

    Raises:
        ChangeRefused: with every violation found, not only the first.
    """
    pending = {place for edit in edits for place in _values_set(edit)}
    stamp = Stamp(by=by, at=at, pending=pending)
    draft, items = state, list[ChangeItem]()
    violations = [*check_comment(comment), *_repeated(edits), *_check_overrides(edits)]
    etag: str | None = None
    for edit in edits:
        try:
            _check_precondition(state, edit)
            step = _apply(draft, edit, stamp)
        except EditRefused as refusal:
            violations += refusal.violations
            etag = etag or refusal.etag
        else:
            draft = step.state
            items += step.items
        pending.difference_update(_values_set(edit))
    if not violations:
        violations = _check_whole(draft, edits)
    if violations:
        raise ChangeRefused(violations, etag=etag)
    return Planned(draft, tuple(items))


def _apply(state: State, edit: AnyEdit, stamp: Stamp) -> Step:
    match edit:
        case SetValue():
            return plan_value.set_value(state, edit, stamp)
        case RemoveValue():
            return plan_value.remove_value(state, edit, stamp)
        case ClearValue():
            return plan_value.clear_value(state, edit, stamp)
        case CreateSetting():
            return plan_definition.create(state, edit, stamp)
        case Redefine():
            return plan_definition.redefine(state, edit, stamp)
        case SetPolicy():
            return plan_policy.set_policy(state, edit)
        case PutSetting():
            return _put(state, edit, stamp)
        case _:
            assert_never(edit)


def _put(state: State, edit: PutSetting, stamp: Stamp) -> Step:
    """Create, or carry out one after the other what the caller sent for a setting that exists."""
    if state.find(edit.key) is None and "type" in edit.fields:
        create = CreateSetting(edit.place, edit.fields, edit.value, edit.policy)
        return plan_definition.create(state, create, stamp)
    parts: list[AnyEdit] = []
    if edit.fields:
        parts.append(Redefine(edit.place, edit.fields))
    if edit.policy is not None:
        parts.append(SetPolicy(edit.place, edit.policy))
    if edit.value is not ABSENT or not parts:
        parts.append(SetValue(edit.place, edit.value))
    items: list[ChangeItem] = []
    for part in parts:
        step = _apply(state, part, stamp)
        state, items = step.state, [*items, *step.items]
    return Step(state, tuple(items))


def _values_set(edit: AnyEdit) -> Iterable[tuple[str, str]]:
    """The place whose value the edit replaces, whatever was there."""
    match edit:
        case SetValue() | RemoveValue() | ClearValue():
            return [(fold_key(edit.key), edit.environment)]
        case PutSetting() if edit.value is not ABSENT:
            return [(fold_key(edit.key), edit.environment)]
        case _:
            return []


def _check_precondition(state: State, edit: AnyEdit) -> None:
    """Against the state that the caller saw: before this change, not within it."""
    wanted = edit.place.precondition
    setting = state.find(edit.key)
    if not (wanted.absent or wanted.matches):
        return
    if setting is None or edit.environment not in state.environments:
        return  # the edit itself says what is missing
    current = entity_tag(setting, resolve(setting, state.environments, edit.environment))
    if wanted.absent and setting.own_value(edit.environment):
        message = f"{edit.key} has a value of its own in {edit.environment} already."
        violation = Violation(edit.pointer, edit.key, "if-none-match", message, status=412)
        raise EditRefused(violation, etag=current)
    if wanted.matches and current not in wanted.matches:
        message = (
            f"{edit.key} in {edit.environment} has changed since it was read: read it again, "
            "compare, and send the new ETag."
        )
        violation = Violation(edit.pointer, edit.key, "if-match", message, status=412)
        raise EditRefused(violation, etag=current)


def _repeated(edits: Iterable[AnyEdit]) -> list[Violation]:
    """One change says one thing about one place: two edits of it have no defined order."""
    seen: set[tuple[str, ...]] = set()
    violations = []
    for edit in edits:
        places = set(_places(edit))
        if places & seen:
            key = nameable(edit.key)
            message = f"{key or 'One key'} is edited twice in one change: keep one of the edits."
            violations.append(Violation(edit.pointer, key, "repeated", message))
        seen |= places
    return violations


def _check_overrides(edits: Iterable[AnyEdit]) -> list[Violation]:
    """The reason stays in the trail: nobody vouches for a credential in there."""
    return [
        violation
        for edit in edits
        for violation in check_comment(edit.place.override, f"{edit.pointer}/secretOverride/reason")
    ]


def _places(edit: AnyEdit) -> Iterable[tuple[str, ...]]:
    key = fold_key(edit.key)
    match edit:
        case SetPolicy():
            yield ("policy", key, edit.environment)
        case Redefine():
            yield ("definition", key)
        case CreateSetting():
            yield from (("definition", key), ("value", key, edit.environment))
            if edit.policy is not None:
                yield ("policy", key, edit.environment)
        case SetValue() | RemoveValue() | ClearValue():
            yield ("value", key, edit.environment)
        case PutSetting():
            yield ("value", key, edit.environment)
            if edit.fields:
                yield ("definition", key)
            if edit.policy is not None:
                yield ("policy", key, edit.environment)


def _check_whole(state: State, edits: Sequence[Edit]) -> list[Violation]:
    """What can only be judged when all edits are done."""
    first = {fold_key(edit.key): edit for edit in reversed(edits)}
    return [
        violation
        for folded, edit in first.items()
        if (setting := state.settings.get(folded)) and not setting.deleted
        for violation in (
            *_check_required(state, setting, edit),
            *_check_owner(state, setting, edit),
        )
    ]


def _check_required(state: State, setting: SettingState, edit: Edit) -> list[Violation]:
    if not setting.definition.rules.required:
        return []
    empty = [
        name
        for name in state.environments
        if (found := resolve(setting, state.environments, name)).text is None
        and found.policy is not SourcePolicy.ENV
    ]
    if not empty:
        return []
    message = (
        f"{setting.key} is required and would have no value in {', '.join(empty)}: give it a value "
        f"in {state.environments.root} or a default."
    )
    return [Violation(edit.pointer, setting.key, "required", message)]


def _check_owner(state: State, setting: SettingState, edit: Edit) -> list[Violation]:
    """Where the process environment owns a key, the store holds no value for it."""
    held = [
        name
        for name in state.environments
        if setting.own_value(name)
        and effective_policy(setting, state.environments.lineage(name)) is SourcePolicy.ENV
    ]
    if not held:
        return []
    message = (
        f"{setting.key} is owned by the process environment in {', '.join(held)} (source policy "
        "`env`), so the store can hold no value there: remove the value or choose `shadow`."
    )
    return [Violation(edit.pointer, setting.key, "source-policy", message, status=409)]
