"""`trimtab-server token`: the way back in for whoever holds the server's machine."""

import json
from datetime import timedelta
from typing import Annotated

import typer

from trimtab_server.access.issue_token import DEFAULT_DAYS, IssuedToken
from trimtab_server.cli.admin_token import issue_admin_token
from trimtab_server.cli.prepare import prepare_database
from trimtab_server.cli.run import fail, settings_or_exit, with_database
from trimtab_server.infra.database import Database

app = typer.Typer(help="Tokens.", no_args_is_help=True)


@app.callback()
def token() -> None:
    """Tokens."""


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whose token it is.")],
    admin: Annotated[bool, typer.Option("--admin", help="For an administrator.")] = False,
    expires_days: Annotated[int, typer.Option(min=1, max=365)] = DEFAULT_DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Issue a token and print it: it is shown this once."""
    if not admin:
        fail("only administrators' tokens are made here: pass --admin", code=2)

    is_embedded = not settings_or_exit().database_url

    async def work(database: Database) -> IssuedToken:
        if is_embedded:
            await prepare_database(database)
        async with database.write() as connection:
            return await issue_admin_token(connection, name, timedelta(days=expires_days))

    issued = with_database(work)
    if as_json:
        print(json.dumps({"token": issued.text, "expiresAt": issued.expires_at.isoformat()}))
    else:
        print(issued.text)
