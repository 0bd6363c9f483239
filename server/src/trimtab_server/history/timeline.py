"""Every version of one key, newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.models import change, change_item
from trimtab_server.catalog.queries import load_environments
from trimtab_server.config.errors import UnknownKey
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import check_environment, existing_application
from trimtab_server.http.cursor import Listed, make_cursor
from trimtab_server.http.instants import instant
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.value_types import from_canonical_text


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a key's history."""

    items: list[dict[str, Any]]
    next_cursor: str | None


async def load_timeline(
    connection: AsyncConnection,
    application: str,
    key: str,
    sees: Categories,
    *,
    environment: str | None,
    limit: int,
    after: str | None,
) -> Timeline:
    """Items of this key in all environments or one, deleted settings included.

    Raises:
        UnknownKey: there never was such a setting, or it may not be seen.
        UnknownApplication, UnknownEnvironment
    """
    head = await existing_application(connection, application)
    if environment is not None:
        check_environment(await load_environments(connection, head.id), environment)
    setting = (await load_settings(connection, head.id, [key])).get(fold_key(key))
    if setting is None or setting.definition.category not in sees:
        raise UnknownKey(key)
    if setting.key != key:
        raise UnknownKey(key, setting.key)
    query = (
        select(change_item, change.c.actor, change.c.channel, change.c.comment, change.c.at)
        .join(
            change,
            and_(
                change.c.application_id == change_item.c.application_id,
                change.c.revision == change_item.c.revision,
            ),
        )
        .where(change_item.c.application_id == head.id, change_item.c.setting_id == setting.id)
        .order_by(change_item.c.revision.desc(), change_item.c.ordinal.desc())
        .limit(limit + 1)
    )
    if environment is not None:
        query = query.where(change_item.c.environment == environment)
    if after is not None:
        place = tuple_(change_item.c.revision, change_item.c.ordinal)
        query = query.where(place < _place(after))
    rows = (await connection.execute(query)).all()
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Timeline(
        [_item(row, head.epoch) for row in rows[:limit]],
        make_cursor(Listed.VERSIONS, f"{last.revision}.{last.ordinal}") if last else None,
    )


def _item(row: Row[Any], epoch: int) -> dict[str, Any]:
    return {
        "version": row.version,
        "revision": f"{epoch}.{row.revision}",
        "kind": row.kind,
        "environment": row.environment,
        "oldValue": None if row.old is None else from_canonical_text(row.old),
        "newValue": None if row.new is None else from_canonical_text(row.new),
        "purged": _purged(row),
        "actor": row.actor,
        "channel": row.channel,
        "comment": row.comment,
        "at": instant(row.at),
    }


def _purged(row: Row[Any]) -> list[str]:
    return [name for name, gone in (("old", row.old_purged), ("new", row.new_purged)) if gone]


def _place(after: str) -> tuple[int, int]:
    revision, _, ordinal = after.partition(".")
    return int(revision), int(ordinal)
