"""Copying reviewed differences from one environment into another, as one change."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.decide import categories_of
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.credentials import nameable
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.edits import AnyEdit, Compose, Place, SetValue
from trimtab_server.config.errors import ChangeRefused, UnknownKey
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import check_environment
from trimtab_server.config.resolve import resolve
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.violation import Violation


def promotion(source: str, target: str, keys: Collection[str] | None) -> Compose:
    """Edits that give `target` the values that `source` resolves to.

    Without `keys`, every key that differs and may be read on both sides. A key that has no value
    in the source is left alone: an absence cannot be copied.
    """

    async def compose(
        connection: AsyncConnection, head: Application, principal: Principal
    ) -> tuple[AnyEdit, ...]:
        environments = await load_environments(connection, head.id)
        check_environment(environments, source)
        check_environment(environments, target)
        state = State(head, environments, await load_settings(connection, head.id, keys))
        for environment in (source, target):
            state = state.only(
                categories_of(
                    principal,
                    Permission.CONFIG_READ,
                    application=head.name,
                    environment=environment,
                )
            )
        chosen = _chosen(state, keys)
        return tuple(edit for setting in chosen if (edit := _copy(state, setting, source, target)))

    return compose


def _chosen(state: State, keys: Collection[str] | None) -> list[SettingState]:
    if keys is None:
        return [one for one in state.settings.values() if not one.deleted]
    missing = [key for key in keys if state.find(key) is None]
    if missing:
        raise ChangeRefused(
            [
                Violation("/keys", nameable(key), "unknown-key", UnknownKey(key).detail, status=404)
                for key in missing
            ]
        )
    return [found for key in dict.fromkeys(keys) if (found := state.find(key))]


def _copy(state: State, setting: SettingState, source: str, target: str) -> SetValue | None:
    there = resolve(setting, state.environments, source)
    here = resolve(setting, state.environments, target)
    if there.text is None or there.text == here.text:
        return None
    return SetValue(Place(setting.key, target), there.value)
