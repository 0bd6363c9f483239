"""Source policies: who owns a key's value where. Pure."""

from dataclasses import replace

from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.items import ChangeItem, ItemKind
from trimtab_server.config.edits import SetPolicy
from trimtab_server.config.stamp import Step, check_environment, existing_setting
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.value_types import canonical_text


def set_policy(state: State, edit: SetPolicy) -> Step:
    """The environment's own policy; an equal one changes nothing."""
    check_environment(state, edit.key, edit.environment, edit.pointer)
    setting = existing_setting(state, edit.key, edit.pointer)
    return put_policy(state, setting, edit.environment, edit.policy)


def put_policy(
    state: State, setting: SettingState, environment: str, policy: SourcePolicy | None
) -> Step:
    """Set or, with None, take away the policy of one environment."""
    old = setting.policies.get(environment)
    if old == policy:
        return Step(state)
    item = _item(setting, environment, old, policy)
    return Step(state.with_setting(setting.with_policy(environment, policy)), (item,))


def clear_policies(setting: SettingState) -> tuple[SettingState, tuple[ChangeItem, ...]]:
    """A setting that goes takes its policies with it: a namesake must not inherit them."""
    items = tuple(
        _item(setting, environment, policy, None)
        for environment, policy in sorted(setting.policies.items())
    )
    return replace(setting, policies={}), items


def _item(
    setting: SettingState, environment: str, old: SourcePolicy | None, new: SourcePolicy | None
) -> ChangeItem:
    return ChangeItem(
        ItemKind.POLICY,
        setting.id,
        setting.key,
        environment,
        old=None if old is None else canonical_text(old.value),
        new=None if new is None else canonical_text(new.value),
        version=setting.version,
    )
