"""The state of one application as text, and back. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from trimtab_server.catalog.definition import SourcePolicy, definition_from_text
from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.catalog.queries import Application
from trimtab_server.config.state import SettingState, State, Stored
from trimtab_server.kernel.keys import fold_key

_FORM = 1


def state_to_text(state: State, confirmed: float) -> bytes:
    """`confirmed`: when the database said that this is the newest, in seconds since 1970."""
    document = {
        "form": _FORM,
        "confirmed": confirmed,
        "application": _members(state.application),
        "environments": [_members(one) for one in state.environments.values()],
        "settings": [_setting(one) for one in state.settings.values()],
    }
    return json.dumps(document, default=str, separators=(",", ":")).encode()


def state_from_text(text: bytes) -> tuple[State, float]:
    """What `state_to_text` was given.

    Raises:
        ValueError, KeyError, TypeError: another version of this server wrote it.
    """
    document = json.loads(text)
    if document["form"] != _FORM:
        raise ValueError("another form")
    settings = [_read_setting(one) for one in document["settings"]]
    state = State(
        Application(**_typed(document["application"])),
        EnvironmentTree(Environment(**_typed(one)) for one in document["environments"]),
        {fold_key(one.key): one for one in settings},
    )
    return state, float(document["confirmed"])


def _members(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _setting(one: SettingState) -> dict[str, Any]:
    values = {name: _members(stored) for name, stored in one.values.items()}
    policies = {name: policy.value for name, policy in one.policies.items()}
    definition = one.definition.to_text()
    return _members(one) | {"definition": definition, "values": values, "policies": policies}


def _read_setting(raw: dict[str, Any]) -> SettingState:
    read = _typed(raw)
    read["definition"] = definition_from_text(raw["definition"])
    read["values"] = {name: Stored(**_typed(one)) for name, one in raw["values"].items()}
    read["policies"] = {name: SourcePolicy(one) for name, one in raw["policies"].items()}
    return SettingState(**read)


def _typed(raw: Mapping[str, Any]) -> dict[str, Any]:
    read = dict(raw)
    read["id"] = UUID(read["id"])
    for name in ("created_at", "updated_at", "changed_at"):
        if name in read:
            read[name] = datetime.fromisoformat(read[name])
    return read
