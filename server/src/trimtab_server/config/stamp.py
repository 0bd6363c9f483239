"""Who and when, and what one edit came to."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from trimtab_server.catalog.credentials import nameable
from trimtab_server.catalog.errors import UnknownEnvironment
from trimtab_server.catalog.items import ChangeItem
from trimtab_server.config.errors import EditRefused
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.violation import Violation


@dataclass(frozen=True, slots=True)
class Stamp:
    """The author's name and the instant of a change.

    `pending` are the places, (folded key, environment), whose values the change has yet to set.
    """

    by: str
    at: datetime
    pending: AbstractSet[tuple[str, str]] = frozenset()

    def on(self, setting: SettingState) -> SettingState:
        """The setting as edited now: its version counts on."""
        return replace(setting, version=setting.version + 1, updated_at=self.at, updated_by=self.by)


@dataclass(frozen=True, slots=True)
class Step:
    """The state after one edit and the items it made."""

    state: State
    items: tuple[ChangeItem, ...] = ()


def existing_setting(state: State, key: str, pointer: str) -> SettingState:
    """The living setting of that key.

    Raises:
        EditRefused: there is none; another spelling of the key is named where there is one.
    """
    setting = state.find(key)
    if setting is not None:
        return setting
    other, named = state.settings.get(fold_key(key)), nameable(key)
    if other is not None and not other.deleted:
        message = f"There is no setting {named or 'of that name'}; did you mean {other.key}?"
    else:
        message = f"There is no setting {named or 'of that name'} in {state.application.name}."
    raise EditRefused(Violation(f"{pointer}/key", named, "unknown-key", message, status=404))


def check_environment(state: State, key: str, environment: str, pointer: str) -> None:
    """Raises EditRefused unless there is an environment of that name."""
    if environment in state.environments:
        return
    message = UnknownEnvironment(environment, list(state.environments)).detail
    violation = Violation(f"{pointer}/environment", nameable(key), UnknownEnvironment.code, message)
    raise EditRefused(violation)
