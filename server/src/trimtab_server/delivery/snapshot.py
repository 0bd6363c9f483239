"""The whole of one environment at one revision, rendered once and served many times."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from trimtab_server.access.categories import Categories
from trimtab_server.config.resolve import Resolved, resolve
from trimtab_server.config.state import SettingState, State
from trimtab_server.http.instants import instant


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Immutable: the bytes of the reply and the strong ETag that stands for them."""

    epoch: int
    touched: int
    body: bytes
    etag: str


def build_snapshot(state: State, environment: str, sees: Categories) -> Snapshot:
    """Every key that has a value in the environment and may be seen, by key.

    The tag holds which categories those are: two readers never take each other's for their own.
    """
    head = state.application
    touched = state.environments[environment].touched_revision
    opening = json.dumps(
        {
            "application": head.name,
            "environment": environment,
            "revision": f"{head.epoch}.{touched}",
        }
    )
    seen = served(state.only(sees), environment)
    parts = (render_item(setting, resolved) for setting, resolved in seen)
    body = f'{opening[:-1]}, "items": {{{", ".join(parts)}}}}}'.encode()
    return Snapshot(head.epoch, touched, body, f'"{head.epoch}.{touched}.{sees.scope}"')


def served(state: State, environment: str) -> Iterable[tuple[SettingState, Resolved]]:
    """What a program is given: living settings that have a value here, in the order of the keys."""
    return (one for one in living(state, environment) if one[1].text is not None)


def living(state: State, environment: str) -> Iterable[tuple[SettingState, Resolved]]:
    """Every setting there is, resolved here, in the order of the keys."""
    for setting in sorted(state.settings.values(), key=lambda one: one.key):
        if not setting.deleted:
            yield setting, resolve(setting, state.environments, environment)


def render_item(setting: SettingState, resolved: Resolved) -> str:
    """One member of `items`; its value is the stored text itself, so types stay as they are."""
    row = resolved.stored
    about: dict[str, Any] = {
        "type": setting.definition.type.value,
        "category": setting.definition.category,
        "version": row.version if row else 0,
        "origin": resolved.origin,
        "sourcePolicy": resolved.policy.value,
        "reload": setting.definition.reload.value,
        "isSecret": setting.definition.is_secret,
        "updatedAt": instant(row.updated_at if row else setting.updated_at),
    }
    return f'{json.dumps(setting.key)}: {{"value": {resolved.text}, {json.dumps(about)[1:]}'
