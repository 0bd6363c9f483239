"""Moving a database to a schema version."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from trimtab_server.infra.database import Database


async def upgrade(database: Database, target: str = "head") -> None:
    """Move forward; a database that stands there already is left as it is."""
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), target))


async def downgrade(database: Database, target: str) -> None:
    """Move back: columns and tables that newer versions brought are dropped, with their data."""
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), target))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("trimtab_server.migrations")))
    config.attributes["connection"] = connection
    return config
