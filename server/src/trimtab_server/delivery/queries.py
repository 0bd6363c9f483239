"""What a process reads to hold an application: its head, the whole of it, or only what is newer."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.models import change_item, setting
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.queries import load_settings, select_settings
from trimtab_server.config.state import State

_MOST_AT_ONCE = 500  # SQLite takes 32,766 parameters; and beyond some the whole is as quick


async def load_whole(connection: AsyncConnection, head: Application) -> State:
    """Every setting and environment of the application, the deleted settings among them."""
    environments = await load_environments(connection, head.id)
    return State(head, environments, await load_settings(connection, head.id))


async def load_newer(
    connection: AsyncConnection, head: Application, held: State
) -> tuple[State, frozenset[str]] | None:
    """The state at `head`, made from an older one of its epoch, and the folded keys that differ.

    None where so much changed that the whole is quicker.
    """
    items = (
        select(change_item.c.setting_id)
        .where(
            change_item.c.application_id == head.id,
            change_item.c.revision > held.application.revision,
            change_item.c.setting_id.is_not(None),
        )
        .distinct()
        .limit(_MOST_AT_ONCE + 1)
    )
    ids = list(await connection.scalars(items))
    if len(ids) > _MOST_AT_ONCE:
        return None
    changed = await select_settings(connection, [setting.c.id.in_(ids)]) if ids else {}
    environments = await load_environments(connection, head.id)
    state = State(head, environments, {**held.settings, **changed})
    return state, frozenset(changed)
