"""Any past revision, folded from the log into the shapes that the present has."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.definition import SourcePolicy, definition_from_text
from trimtab_server.catalog.environments import EnvironmentTree
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import change, change_item
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.state import SettingState, State, Stored, row_id
from trimtab_server.kernel.keys import fold_key


async def load_state_as_of(
    connection: AsyncConnection, application: Application, revision: int
) -> State:
    """The fold of all items up to and including `revision`."""
    environments = await load_environments(connection, application.id)
    then = EnvironmentTree(one for one in environments.values() if one.created_revision <= revision)
    rows = await _last_items(connection, application.id, revision)
    settings: dict[UUID, SettingState] = {}
    for row in rows:
        if row["kind"] == ItemKind.DEFINITION and row["new"] is not None:
            settings[row["setting_id"]] = _setting(row)
    for row in rows:
        found = settings.get(row["setting_id"])
        if found is not None:
            settings[found.id] = _put(found, row)
    return State(
        replace(application, revision=revision),
        then,
        {fold_key(setting.key): setting for setting in settings.values()},
    )


async def revision_at(
    connection: AsyncConnection, application: Application, instant: datetime
) -> int:
    """The last revision that was committed at or before that instant; 0 where there was none."""
    query = select(func.max(change.c.revision)).where(
        change.c.application_id == application.id, change.c.at <= instant
    )
    return (await connection.execute(query)).scalar_one() or 0


async def _last_items(
    connection: AsyncConnection, application_id: UUID, revision: int
) -> list[RowMapping]:
    place = (change_item.c.kind, change_item.c.setting_id, change_item.c.environment)
    newest = (change_item.c.revision.desc(), change_item.c.ordinal.desc())
    is_definition = change_item.c.kind == ItemKind.DEFINITION
    # A setting that comes back is born anew; a value keeps its row, tombstones included.
    born = case(
        (
            is_definition,
            func.max(case((change_item.c.old.is_(None), change.c.at))).over(partition_by=place),
        ),
        else_=func.min(change.c.at).over(partition_by=place),
    )
    ranked = (
        select(
            change_item,
            change.c.at,
            change.c.actor,
            born.label("born"),
            func.row_number().over(partition_by=place, order_by=newest).label("rank"),
        )
        .join(
            change,
            and_(
                change.c.application_id == change_item.c.application_id,
                change.c.revision == change_item.c.revision,
            ),
        )
        .where(
            change_item.c.application_id == application_id,
            change_item.c.revision <= revision,
            change_item.c.setting_id.is_not(None),
        )
        .subquery()
    )
    query = select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.key)
    return list((await connection.execute(query)).mappings())


def _setting(row: RowMapping) -> SettingState:
    return SettingState(
        id=row["setting_id"],
        key=row["key"],
        definition=definition_from_text(row["new"]),
        version=row["version"],
        deleted=False,
        created_at=row["born"],
        updated_at=row["at"],
        updated_by=row["actor"],
    )


def _put(setting: SettingState, row: RowMapping) -> SettingState:
    environment = row["environment"]
    if row["kind"] == ItemKind.VALUE:
        stored = Stored(
            id=row_id(setting.id, environment),
            text=row["new"],
            version=row["version"],
            created_at=row["born"],
            updated_at=row["at"],
            updated_by=row["actor"],
        )
        return setting.with_value(environment, stored)
    if row["kind"] == ItemKind.POLICY:
        policy = None if row["new"] is None else SourcePolicy(json.loads(row["new"]))
        return setting.with_policy(environment, policy)
    return setting
