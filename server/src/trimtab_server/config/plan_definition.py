"""Creating and redefining settings. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from trimtab_server.catalog.credentials import find_credential
from trimtab_server.catalog.definition import Definition
from trimtab_server.catalog.items import ChangeItem, ItemKind, Overridden
from trimtab_server.config.edits import ABSENT, CreateSetting, Redefine
from trimtab_server.config.errors import EditRefused
from trimtab_server.config.plan_policy import put_policy
from trimtab_server.config.plan_value import overridden_by, put_text
from trimtab_server.config.stamp import Stamp, Step, check_environment, existing_setting
from trimtab_server.config.state import SettingState, State
from trimtab_server.config.validate import check_new_key, definition_of, doubt, value_text
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.value_types import Value, ValueType, from_canonical_text
from trimtab_server.kernel.violation import Violation


def create(state: State, edit: CreateSetting, stamp: Stamp) -> Step:
    """A new setting with, if given, its value and source policy in one environment."""
    violations = check_new_key(edit.key, f"{edit.pointer}/key")
    if violations:
        raise EditRefused(*violations)
    check_environment(state, edit.key, edit.environment, edit.pointer)
    before = state.settings.get(fold_key(edit.key))
    if before is not None and not before.deleted:
        raise EditRefused(_taken(edit, before))
    vouched = edit.place.override is not None
    definition = definition_of(edit.key, edit.fields, edit.pointer, vouched=vouched)
    text, guess = None, None
    if edit.value is not ABSENT:
        where = f"{edit.pointer}/value"
        text = value_text(definition, edit.key, edit.value, where, vouched=vouched)
        guess = find_credential(edit.value)
    setting = _born(before, edit.key, definition, stamp)
    item = _item(setting, None, overridden_by(edit, doubt(edit.key, definition)))
    drafted = state.with_setting(setting)
    overridden = overridden_by(edit, guess)
    value = put_text(drafted, setting, edit.environment, text, stamp, overridden)
    setting = existing_setting(value.state, edit.key, edit.pointer)
    policy = put_policy(value.state, setting, edit.environment, edit.policy)
    return Step(policy.state, (item, *value.items, *policy.items))


def redefine(state: State, edit: Redefine, stamp: Stamp) -> Step:
    """Other rules for the same key: every stored value, in every environment, must satisfy them."""
    check_environment(state, edit.key, edit.environment, edit.pointer)
    setting = existing_setting(state, edit.key, edit.pointer)
    fields = {**setting.definition.to_json(), **edit.fields}
    vouched = edit.place.override is not None
    definition = definition_of(
        setting.key, fields, edit.pointer, vouched=vouched, before=setting.definition
    )
    if definition == setting.definition:
        return Step(state)
    changed = replace(stamp.on(setting), definition=definition)
    overridden = overridden_by(edit, doubt(setting.key, definition))
    item = _item(changed, setting.definition, overridden)
    converted = _convert_values(state.with_setting(changed), changed, edit, stamp)
    return Step(converted.state, (item, *converted.items))


def _convert_values(state: State, setting: SettingState, edit: Redefine, stamp: Stamp) -> Step:
    """A wider type may write the same value another way: 3 becomes 3.0.

    What the same change sets anew need not fit: else no setting could change its type and value
    together, and no such change could be undone.
    """
    items: list[ChangeItem] = []
    violations: list[Violation] = []
    folded = fold_key(setting.key)
    for environment, stored in setting.values.items():
        if stored.text is None:
            continue
        try:
            value = _carried_over(from_canonical_text(stored.text), setting.definition)
            text = value_text(
                setting.definition, setting.key, value, edit.pointer, known=[stored.text]
            )
        except EditRefused as refusal:
            if (folded, environment) not in stamp.pending:
                violations += [
                    _stands_against(one, environment, edit.fields) for one in refusal.violations
                ]
            continue
        step = put_text(state, setting, environment, text, stamp)
        state, items = step.state, [*items, *step.items]
        setting = existing_setting(state, setting.key, edit.pointer)
    if violations:
        raise EditRefused(*violations)
    return Step(state, tuple(items))


def _carried_over(value: Value, definition: Definition) -> Value:
    """3.0 stored as a number is 3 as an integer; nothing else changes by itself."""
    if isinstance(value, float) and value.is_integer() and definition.type is ValueType.INTEGER:
        return int(value)
    return value


def _stands_against(
    violation: Violation, environment: str, fields: Mapping[str, object]
) -> Violation:
    changed = (
        "isSecret" if "isSecret" in fields else "type" if "type" in fields else "validationRules"
    )
    message = (
        f"The value stored in {environment} would break the new definition "
        f"({violation.message.rstrip('.')}): change that value first, or choose other rules."
    )
    return replace(
        violation, pointer=f"{violation.pointer.partition('/value')[0]}/{changed}", message=message
    )


def _born(
    before: SettingState | None, key: str, definition: Definition, stamp: Stamp
) -> SettingState:
    """A key that comes back continues its old row, so that no version is ever used twice."""
    if before is None:
        return SettingState(uuid4(), key, definition, 1, False, stamp.at, stamp.at, stamp.by)
    return replace(
        stamp.on(before), key=key, definition=definition, deleted=False, created_at=stamp.at
    )


def _item(
    setting: SettingState, old: Definition | None, overridden: Overridden | None = None
) -> ChangeItem:
    old_text = None if old is None else old.to_text()
    new_text = setting.definition.to_text()
    return ChangeItem(
        ItemKind.DEFINITION,
        setting.id,
        setting.key,
        None,
        old_text,
        new_text,
        setting.version,
        overridden,
    )


def _taken(edit: CreateSetting, before: SettingState) -> Violation:
    if before.key == edit.key:
        message = (
            f"{edit.key} exists already: set its value with PUT, or its definition with PATCH."
        )
    else:
        message = f"{edit.key} differs only in case from {before.key}, which exists already."
    return Violation(f"{edit.pointer}/key", edit.key, "exists", message, status=409)
