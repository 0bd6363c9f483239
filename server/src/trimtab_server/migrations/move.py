"""Moving a database to a schema version, and telling where it stands."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.infra.database import Database


async def upgrade(database: Database, target: str = "head") -> None:
    """Move forward; a database that stands there already is left as it is."""
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), target))


async def downgrade(database: Database, target: str) -> None:
    """Move back: columns and tables that newer versions brought are dropped, with their data."""
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), target))


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the database has exactly the schema that this version expects."""
    current = await connection.run_sync(
        lambda sync: MigrationContext.configure(sync).get_current_revision()
    )
    return current == newest_version()


def newest_version() -> str | None:
    """The last version of this package's history."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("trimtab_server.migrations")))
    config.attributes["connection"] = connection
    return config
