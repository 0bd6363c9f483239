"""`trimtab-server database`: moving the schema."""

import typer

from trimtab_server.cli.prepare import prepare_database
from trimtab_server.cli.run import with_database
from trimtab_server.migrations.move import newest_version

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.callback()
def database() -> None:
    """The database's schema."""


@app.command("upgrade")
def upgrade_database() -> None:
    """Create the schema or move it forward, and make the first application; again: no change."""
    with_database(prepare_database)
    print(f"the database is at schema {newest_version()}")
