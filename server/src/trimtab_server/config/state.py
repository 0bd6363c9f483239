"""Settings with their values and policies, as one transaction or one past revision sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid5

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.definition import Definition, SourcePolicy
from trimtab_server.catalog.environments import EnvironmentTree
from trimtab_server.catalog.queries import Application
from trimtab_server.kernel.keys import fold_key


@dataclass(frozen=True, slots=True)
class Stored:
    """A configuration row. `text` is canonical JSON, None for the tombstone of a removed value."""

    id: UUID
    text: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: str


def row_id(setting_id: UUID, environment: str) -> UUID:
    """The id of a configuration: the same whether its row or the log is read."""
    return uuid5(setting_id, environment)


@dataclass(frozen=True, slots=True)
class SettingState:
    """One setting with what every environment says of it."""

    id: UUID
    key: str
    definition: Definition
    version: int
    deleted: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str
    values: Mapping[str, Stored] = field(default_factory=dict)
    policies: Mapping[str, SourcePolicy] = field(default_factory=dict)

    def with_value(self, environment: str, stored: Stored) -> "SettingState":
        """The setting with this row in that environment."""
        return replace(self, values={**self.values, environment: stored})

    def with_policy(self, environment: str, policy: SourcePolicy | None) -> "SettingState":
        """The setting with this policy in that environment; None inherits again."""
        others = {name: one for name, one in self.policies.items() if name != environment}
        return replace(self, policies=others if policy is None else {**others, environment: policy})

    def own_value(self, environment: str) -> Stored | None:
        """The environment's own row, unless it is a tombstone."""
        stored = self.values.get(environment)
        return None if stored is None or stored.text is None else stored


@dataclass(frozen=True, slots=True)
class State:
    """Some or all settings of one application at one revision, by folded key."""

    application: Application
    environments: EnvironmentTree
    settings: Mapping[str, SettingState]

    def find(self, key: str) -> SettingState | None:
        """The living setting of exactly this key; keys that differ only in case do not match."""
        setting = self.settings.get(fold_key(key))
        return setting if setting and not setting.deleted and setting.key == key else None

    def only(self, sees: Categories, now: Mapping[UUID, str] | None = None) -> "State":
        """The state without the settings of other categories.

        A past state needs the categories of `now`: who may see a setting is decided by where it
        is today, or was when it was deleted.
        """
        kept = {
            folded: one
            for folded, one in self.settings.items()
            if (now or {}).get(one.id, one.definition.category) in sees
        }
        return replace(self, settings=kept)

    def with_setting(self, setting: SettingState) -> "State":
        """The state with this setting put in or replaced."""
        return replace(self, settings={**self.settings, fold_key(setting.key): setting})
