"""`trimtab-server database`: moving the schema."""

import typer

from trimtab_server.catalog.queries import list_applications
from trimtab_server.cli.prepare import prepare_database
from trimtab_server.cli.run import with_database
from trimtab_server.delivery.begin_epoch import begin_epoch
from trimtab_server.infra.database import Database
from trimtab_server.migrations.version import newest_version

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.callback()
def database() -> None:
    """The database's schema."""


@app.command("upgrade")
def upgrade_database() -> None:
    """Create the schema or move it forward, and make the first application; again: no change."""
    with_database(prepare_database)
    print(f"the database is at schema {newest_version()}")


@app.command("new-epoch")
def new_epoch() -> None:
    """After a restore: let every reader of every application begin anew.

    Revisions of the lost time will be used again for something else. Servers that ran meanwhile
    find that out by themselves; those that were started after the restore cannot.
    """
    for name, epoch in with_database(_new_epochs):
        print(f"{name} is in epoch {epoch}")


async def _new_epochs(database: Database) -> list[tuple[str, int | None]]:
    async with database.read() as connection:
        found = await list_applications(connection)
    reason = "trimtab-server database new-epoch"
    return [
        (one.name, await begin_epoch(database, one.id, of=one.epoch, above=0, reason=reason))
        for one in found
    ]
