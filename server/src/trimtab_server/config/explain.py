"""Why a value is what it is: every place it could come from, in order, with reasons. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.config.resolve import DEFAULT_ORIGIN, Resolved, resolve
from trimtab_server.config.state import SettingState, State
from trimtab_server.http.instants import instant
from trimtab_server.kernel.value_types import from_canonical_text

PROCESS = "process-environment"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place. `present` is None where the server cannot know (the application's process) or
    must not say."""

    source: str
    environment: str | None
    value: Any
    present: bool | None
    won: bool
    reason: str
    version: int | None = None
    updated_by: str | None = None
    updated_at: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The wire's form."""
        return {
            "source": self.source,
            "environment": self.environment,
            "value": self.value,
            "present": self.present,
            "won": self.won,
            "reason": self.reason,
            "version": self.version,
            "updatedBy": self.updated_by,
            "updatedAt": self.updated_at,
        }


def explain(
    state: State, setting: SettingState, environment: str, readable: Collection[str]
) -> list[Candidate]:
    """The chain in the order in which it is asked, under the key's source policy.

    Of an environment that is not `readable` only a value that is inherited from it is shown.
    """
    resolved = resolve(setting, state.environments, environment)
    stored = [
        _from_store(setting, name, resolved)
        if name in readable or name == resolved.origin
        else _unreadable(name)
        for name in state.environments.lineage(environment)
    ]
    chain = [*stored, _from_default(setting, resolved)]
    process = _from_process(setting, resolved.policy)
    return [*chain, process] if resolved.policy is SourcePolicy.STORE else [process, *chain]


def _from_store(setting: SettingState, name: str, resolved: Resolved) -> Candidate:
    row = setting.own_value(name)
    if row is None or row.text is None:
        reason = f"{name} has no value of its own"
        return Candidate("store", name, None, present=False, won=False, reason=reason)
    won = resolved.origin == name
    return Candidate(
        "store",
        name,
        from_canonical_text(row.text),
        present=True,
        won=won,
        reason=_why_stored(name, resolved, won=won),
        version=row.version,
        updated_by=row.updated_by,
        updated_at=instant(row.updated_at),
    )


def _unreadable(name: str) -> Candidate:
    reason = f"this credential may not read {name}, and nothing is inherited from it"
    return Candidate("store", name, None, present=None, won=False, reason=reason)


def _why_stored(name: str, resolved: Resolved, *, won: bool) -> str:
    if resolved.policy is SourcePolicy.ENV:
        return "not served: policy `env` leaves the key to the process environment"
    if not won:
        return f"overridden in {resolved.origin}"
    if name == resolved.environment:
        return f"set in {name} itself"
    return f"inherited: nothing nearer than {name} has a value"


def _from_default(setting: SettingState, resolved: Resolved) -> Candidate:
    default = setting.definition.default
    won = resolved.origin == DEFAULT_ORIGIN
    if default is None:
        reason = "the setting has no default"
    elif won:
        reason = "no environment on the way to the root has a value"
    else:
        reason = "a stored value comes first" if resolved.origin else "policy `env`: not served"
    return Candidate("default", None, default, present=default is not None, won=won, reason=reason)


def _from_process(setting: SettingState, policy: SourcePolicy) -> Candidate:
    reasons = {
        SourcePolicy.ENV: f"policy `env`: the variable {setting.key} alone decides",
        SourcePolicy.SHADOW: (
            f"policy `shadow`: where the variable {setting.key} is set it wins, and the store is "
            "only compared; the server cannot see it"
        ),
        SourcePolicy.STORE: (
            f"policy `store`: the variable {setting.key} is only the fallback when the store "
            "cannot be reached"
        ),
    }
    won = policy is SourcePolicy.ENV
    return Candidate(PROCESS, None, None, present=None, won=won, reason=reasons[policy])
