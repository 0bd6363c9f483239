"""Reading and writing settings with their values."""

from collections.abc import Collection, Iterable, Sequence
from sys import intern
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.definition import SourcePolicy, definition_from_text
from trimtab_server.catalog.models import setting, source_policy
from trimtab_server.config.models import configuration
from trimtab_server.config.state import SettingState, Stored
from trimtab_server.infra.rows import Rows, Verb
from trimtab_server.kernel.keys import fold_key


async def load_settings(
    connection: AsyncConnection, application_id: UUID, keys: Collection[str] | None = None
) -> dict[str, SettingState]:
    """Settings by folded key, the deleted among them; all of the application's without `keys`."""
    where: list[ColumnElement[bool]] = [setting.c.application_id == application_id]
    if keys is not None:
        where.append(setting.c.folded_key.in_({fold_key(key) for key in keys}))
    return await select_settings(connection, where)


async def select_settings(
    connection: AsyncConnection, where: Sequence[ColumnElement[bool]], limit: int | None = None
) -> dict[str, SettingState]:
    """The settings that match, by folded key, in the order of their keys."""
    chosen = select(setting).where(*where).order_by(setting.c.key).limit(limit)
    ids = chosen.with_only_columns(setting.c.id).scalar_subquery()
    found = (await connection.execute(chosen)).all()
    values = await _values(connection, ids)
    policies = await _policies(connection, ids)
    return {
        row.folded_key: SettingState(
            id=row.id,
            key=row.key,
            definition=definition_from_text(row.definition),
            version=row.version,
            deleted=row.deleted,
            created_at=row.created_at,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
            values=values.get(row.id, {}),
            policies=policies.get(row.id, {}),
        )
        for row in found
    }


async def load_categories(connection: AsyncConnection, application_id: UUID) -> dict[UUID, str]:
    """The category of every setting; of a deleted one, its last."""
    query = select(setting.c.id, setting.c.category).where(
        setting.c.application_id == application_id
    )
    return {row.id: row.category for row in await connection.execute(query)}


async def count_categories(
    connection: AsyncConnection, application_id: UUID
) -> list[tuple[str, int]]:
    """Each category in use and how many living settings it has, by name."""
    query = (
        select(setting.c.category, func.count())
        .where(setting.c.application_id == application_id, setting.c.deleted.is_(False))
        .group_by(setting.c.category)
        .order_by(setting.c.category)
    )
    return [(row[0], row[1]) for row in await connection.execute(query)]


def settings_rows(
    application_id: UUID, changed: Iterable[tuple[SettingState | None, SettingState]]
) -> list[Rows]:
    """What differs between each (before, after), to be written; a new setting has no before."""
    settings, values, policies, gone = [], [], [], []
    for before, after in changed:
        if before is None or before.version != after.version or before.key != after.key:
            settings.append(_setting_row(application_id, after))
        values += [
            _value_row(after.id, environment, stored)
            for environment, stored in after.values.items()
            if before is None or before.values.get(environment) != stored
        ]
        policies += [
            {"setting_id": after.id, "environment": environment, "policy": policy.value}
            for environment, policy in after.policies.items()
            if before is None or before.policies.get(environment) != policy
        ]
        gone += [
            {"setting_id": after.id, "environment": environment}
            for environment in (before.policies if before else ())
            if environment not in after.policies
        ]
    of_policy = ("setting_id", "environment")
    return [
        Rows(Verb.PUT, setting, settings, key=("id",)),
        Rows(Verb.PUT, configuration, values, key=("id",)),
        Rows(Verb.PUT, source_policy, policies, key=of_policy),
        Rows(Verb.DELETE, source_policy, gone, key=of_policy),
    ]


async def _values(
    connection: AsyncConnection, ids: ScalarSelect[UUID]
) -> dict[UUID, dict[str, Stored]]:
    query = select(configuration).where(configuration.c.setting_id.in_(ids))
    found: dict[UUID, dict[str, Stored]] = {}
    for row in await connection.execute(query):
        environment = intern(row.environment)  # one text for all rows: they are found faster
        found.setdefault(row.setting_id, {})[environment] = Stored(
            id=row.id,
            text=row.value,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
        )
    return found


async def _policies(
    connection: AsyncConnection, ids: ScalarSelect[UUID]
) -> dict[UUID, dict[str, SourcePolicy]]:
    query = select(source_policy).where(source_policy.c.setting_id.in_(ids))
    found: dict[UUID, dict[str, SourcePolicy]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.setting_id, {})[row.environment] = SourcePolicy(row.policy)
    return found


def _setting_row(application_id: UUID, state: SettingState) -> dict[str, Any]:
    return {
        "id": state.id,
        "application_id": application_id,
        "key": state.key,
        "folded_key": fold_key(state.key),
        "category": state.definition.category,
        "definition": state.definition.to_text(),
        "is_secret": state.definition.is_secret,
        "version": state.version,
        "deleted": state.deleted,
        "created_at": state.created_at,
        "updated_at": state.updated_at,
        "updated_by": state.updated_by,
    }


def _value_row(setting_id: UUID, environment: str, stored: Stored) -> dict[str, Any]:
    return {
        "id": stored.id,
        "setting_id": setting_id,
        "environment": environment,
        "value": stored.text,
        "version": stored.version,
        "deleted": stored.text is None,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "updated_by": stored.updated_by,
    }
