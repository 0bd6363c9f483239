"""A page of an environment's entities."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.models import setting
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.catalog.scope import Scope
from trimtab_server.config.entity import show
from trimtab_server.config.queries import select_settings
from trimtab_server.config.read import check_environment, existing_application
from trimtab_server.config.state import State
from trimtab_server.http.cursor import Listed, make_cursor


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None does not narrow."""

    category: str | None = None
    prefix: str | None = None
    is_secret: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entities in key order, and where the next page begins."""

    application: Application
    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_entities(
    connection: AsyncConnection,
    scope: Scope,
    sees: Categories,
    filters: Filters,
    *,
    limit: int,
    after: str | None,
) -> Page:
    """At most `limit` entities that may be seen and whose keys come after `after`."""
    head = await existing_application(connection, scope.application)
    environments = await load_environments(connection, head.id)
    check_environment(environments, scope.environment)
    where = _where(head, filters)
    if sees.names is not None:
        where.append(setting.c.category.in_(sees.names))
    if after is not None:
        where.append(setting.c.key > after)
    found = await select_settings(connection, where, limit + 1)
    state = State(head, environments, found)
    shown = [show(state, one, scope.environment).entity for one in found.values()]
    more = len(shown) > limit
    last = shown[limit - 1]["key"] if more else None
    return Page(head, shown[:limit], make_cursor(Listed.KEYS, last) if last else None)


def _where(head: Application, filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        setting.c.application_id == head.id,
        setting.c.deleted.is_(False),
    ]
    if filters.category is not None:
        where.append(setting.c.category == filters.category)
    if filters.is_secret is not None:
        where.append(setting.c.is_secret.is_(filters.is_secret))
    if filters.prefix:
        # LIKE would fold case on SQLite. Keys are ASCII, so DEL comes after all of them.
        where.append(setting.c.key.between(filters.prefix, filters.prefix + "\x7f"))
    return where
