"""What a key is worth in an environment, and where that comes from. Pure."""

import hashlib
from typing import NamedTuple

from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.environments import EnvironmentTree
from trimtab_server.config.state import SettingState, Stored
from trimtab_server.kernel.value_types import Value, canonical_text, from_canonical_text

DEFAULT_ORIGIN = "default"


class Resolved(NamedTuple):  # one for each setting of a snapshot: a tuple is made fastest
    """The answer for one key in one environment.

    `origin` names the environment whose value it is, or `default`; with neither it is None and so
    is `text`. `stored` is the winning row, None where the default won.
    """

    environment: str
    text: str | None
    origin: str | None
    stored: Stored | None
    policy: SourcePolicy

    @property
    def value(self) -> Value | None:
        """The value; None where there is none."""
        return None if self.text is None else from_canonical_text(self.text)


def resolve(setting: SettingState, environments: EnvironmentTree, environment: str) -> Resolved:
    """The nearest own value on the way to the root, else the setting's default."""
    return resolve_along(environments.lineage(environment), setting)


def resolve_along(lineage: list[str], setting: SettingState) -> Resolved:
    """The same for whoever resolves many settings on one way, which begins with the environment."""
    environment = lineage[0]
    policy = SourcePolicy.STORE
    if setting.policies:
        policy = effective_policy(setting, lineage)
        if policy is SourcePolicy.ENV:  # the process owns it: the store has nothing to say
            return Resolved(environment, None, None, None, policy)
    values = setting.values
    for name in lineage:
        stored = values.get(name)
        if stored is not None and stored.text is not None:
            return Resolved(environment, stored.text, name, stored, policy)
    default = setting.definition.default
    if default is not None:
        return Resolved(environment, canonical_text(default), DEFAULT_ORIGIN, None, policy)
    return Resolved(environment, None, None, None, policy)


def effective_policy(setting: SettingState, lineage: list[str]) -> SourcePolicy:
    """The nearest policy on the way to the root; the store owns what nobody spoke of."""
    return next(
        (setting.policies[name] for name in lineage if name in setting.policies),
        SourcePolicy.STORE,
    )


def entity_tag(setting: SettingState, resolved: Resolved) -> str:
    """A strong ETag of what a reader sees of this key in this environment."""
    row = resolved.stored
    parts = (
        setting.id,
        setting.version,
        resolved.environment,
        resolved.origin,
        row.id if row else "",
        row.version if row else 0,
        resolved.policy,
    )
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f'"{digest[:24]}"'
