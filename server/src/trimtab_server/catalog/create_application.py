"""A new application, with the environments that every one starts with."""

from dataclasses import asdict
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author
from trimtab_server.catalog.create_environment import Wanted, add_environments
from trimtab_server.catalog.errors import EnvironmentRefused, NameTaken
from trimtab_server.catalog.models import application
from trimtab_server.catalog.names import FIRST_ENVIRONMENTS, check_name
from trimtab_server.catalog.queries import Application, find_application
from trimtab_server.infra.database import database_now


async def create_application(connection: AsyncConnection, author: Author, name: str) -> Application:
    """Its first revision holds its first environments.

    Raises:
        NameTaken: there is one of that name.
    """
    violations = check_name("/name", name)
    if violations:
        raise EnvironmentRefused(violations[0].message, violations=violations)
    now = await database_now(connection)
    made = Application(uuid4(), name, _epoch(now), 0, now, now)
    await _insert(connection, made)
    wanted = [Wanted(environment, parent) for environment, parent in FIRST_ENVIRONMENTS]
    await add_environments(connection, author, made, wanted, at=now, comment=None)
    found = await find_application(connection, name)
    return found or made


async def _insert(connection: AsyncConnection, made: Application) -> None:
    taken = NameTaken(f"There is an application {made.name} already.")
    if await find_application(connection, made.name) is not None:
        raise taken
    try:
        await connection.execute(insert(application).values(**asdict(made)))
    except IntegrityError:  # somebody else's transaction was first
        raise taken from None


def _epoch(now: datetime) -> int:
    """Ordered by time: whatever restarts the numbers of an application starts a later epoch."""
    return int(now.timestamp())
