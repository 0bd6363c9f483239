"""Making a database ready: its schema, and the application that is there from the start."""

from trimtab_server.catalog.create_application import create_application
from trimtab_server.catalog.names import DEFAULT_APPLICATION
from trimtab_server.catalog.queries import find_application
from trimtab_server.cli.admin_token import SERVER
from trimtab_server.infra.database import Database
from trimtab_server.migrations.move import upgrade


async def prepare_database(database: Database) -> None:
    """Create the schema or move it forward, and make `default`; again: no change."""
    await upgrade(database)
    async with database.write() as connection:
        if await find_application(connection, DEFAULT_APPLICATION) is None:
            await create_application(connection, SERVER, DEFAULT_APPLICATION)
