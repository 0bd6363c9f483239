"""Setting and removing values. Pure."""

from dataclasses import replace

from trimtab_server.catalog.credentials import find_credential
from trimtab_server.catalog.items import ChangeItem, ItemKind, Overridden
from trimtab_server.config.edits import ClearValue, Edit, RemoveValue, SetValue
from trimtab_server.config.errors import EditRefused
from trimtab_server.config.plan_policy import clear_policies
from trimtab_server.config.stamp import Stamp, Step, check_environment, existing_setting
from trimtab_server.config.state import SettingState, State, Stored, row_id
from trimtab_server.config.validate import value_text
from trimtab_server.kernel.secrets import Finding
from trimtab_server.kernel.violation import Violation


def set_value(state: State, edit: SetValue, stamp: Stamp) -> Step:
    """The environment's own value; an equal one changes nothing."""
    check_environment(state, edit.key, edit.environment, edit.pointer)
    setting = existing_setting(state, edit.key, edit.pointer)
    known = [one.text for one in setting.values.values() if one.text is not None]
    text = value_text(
        setting.definition,
        setting.key,
        edit.value,
        f"{edit.pointer}/value",
        vouched=edit.place.override is not None,
        known=known,
    )
    overridden = overridden_by(edit, find_credential(edit.value))
    return put_text(state, setting, edit.environment, text, stamp, overridden)


def overridden_by(edit: Edit, guess: Finding | None) -> Overridden | None:
    """What the log says of a guess that the edit's author overruled."""
    reason = edit.place.override
    return None if reason is None or guess is None else Overridden(guess.rule, reason)


def put_text(
    state: State,
    setting: SettingState,
    environment: str,
    text: str | None,
    stamp: Stamp,
    overridden: Overridden | None = None,
) -> Step:
    """Store canonical text that has been judged already; None leaves a tombstone."""
    before = setting.values.get(environment)
    old = before.text if before else None
    if old == text:
        return Step(state.with_setting(setting))
    if before is None:
        row = Stored(row_id(setting.id, environment), text, 1, stamp.at, stamp.at, stamp.by)
    else:
        row = replace(
            before, text=text, version=before.version + 1, updated_at=stamp.at, updated_by=stamp.by
        )
    item = ChangeItem(
        ItemKind.VALUE, setting.id, setting.key, environment, old, text, row.version, overridden
    )
    return Step(state.with_setting(setting.with_value(environment, row)), (item,))


def remove_value(state: State, edit: RemoveValue, stamp: Stamp) -> Step:
    """An environment inherits again; removed from the root, the whole setting goes."""
    check_environment(state, edit.key, edit.environment, edit.pointer)
    setting = existing_setting(state, edit.key, edit.pointer)
    if edit.environment == state.environments.root:
        return _remove_setting(state, setting, edit, stamp)
    if setting.own_value(edit.environment) is None:
        message = (
            f"{edit.key} has no value of its own in {edit.environment}: it is inherited, so there "
            "is nothing to remove."
        )
        raise EditRefused(Violation(edit.pointer, edit.key, "no-value", message, status=404))
    return put_text(state, setting, edit.environment, None, stamp)


def clear_value(state: State, edit: ClearValue, stamp: Stamp) -> Step:
    """No own value any more; where there was none, nothing changes."""
    check_environment(state, edit.key, edit.environment, edit.pointer)
    setting = existing_setting(state, edit.key, edit.pointer)
    return put_text(state, setting, edit.environment, None, stamp)


def _remove_setting(state: State, setting: SettingState, edit: RemoveValue, stamp: Stamp) -> Step:
    root = state.environments.root
    overrides = [name for name in setting.values if name != root and setting.own_value(name)]
    if overrides and not edit.cascade:
        message = (
            f"{setting.key} still has overrides in {', '.join(sorted(overrides))}: remove them "
            "first, or pass cascade=true to remove them with it."
        )
        raise EditRefused(Violation(edit.pointer, setting.key, "overrides", message, status=409))
    items: list[ChangeItem] = []
    for name in (*sorted(overrides), root):
        if setting.own_value(name):
            step = put_text(state, setting, name, None, stamp)
            state, items = step.state, [*items, *step.items]
            setting = existing_setting(state, setting.key, edit.pointer)
    cleared, policy_items = clear_policies(setting)
    gone = replace(stamp.on(cleared), deleted=True)
    old = gone.definition.to_text()
    item = ChangeItem(ItemKind.DEFINITION, gone.id, gone.key, None, old, None, gone.version)
    return Step(state.with_setting(gone), (*items, *policy_items, item))
