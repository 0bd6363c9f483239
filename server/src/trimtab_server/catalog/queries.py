"""What the catalog's tables answer: heads, environments, applications."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.catalog.models import application, environment


@dataclass(frozen=True, slots=True)
class Application:
    """One application and its head: the revision of its last committed change."""

    id: UUID
    name: str
    epoch: int
    revision: int
    created_at: datetime
    changed_at: datetime


async def find_application(connection: AsyncConnection, name: str) -> Application | None:
    """The application of that name, as this transaction sees it."""
    return _application((await connection.execute(_by_name(name))).one_or_none())


async def lock_application(connection: AsyncConnection, name: str) -> Application | None:
    """The same, and nobody else writes to it until this transaction ends.

    On SQLite the whole write transaction holds the one write lock already.
    """
    return _application((await connection.execute(_by_name(name).with_for_update())).one_or_none())


async def list_applications(connection: AsyncConnection) -> list[Application]:
    """Every application, by name."""
    rows = await connection.execute(select(application).order_by(application.c.name))
    return [found for row in rows if (found := _application(row)) is not None]


async def load_environments(connection: AsyncConnection, application_id: UUID) -> EnvironmentTree:
    """The application's environments; in the order they were made."""
    query = (
        select(environment)
        .where(environment.c.application_id == application_id)
        .order_by(environment.c.created_revision, environment.c.name)
    )
    return EnvironmentTree(
        Environment(
            id=row.id,
            name=row.name,
            parent=row.parent,
            touched_revision=row.touched_revision,
            created_revision=row.created_revision,
            created_at=row.created_at,
        )
        for row in await connection.execute(query)
    )


def _by_name(name: str) -> Select[tuple[object, ...]]:
    return select(application).where(application.c.name == name)


def _application(row: Row[tuple[object, ...]] | None) -> Application | None:
    return None if row is None else Application(**row._mapping)  # noqa: SLF001 - SQLAlchemy's API
