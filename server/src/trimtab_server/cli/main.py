"""`trimtab-server`: what is done on the server's own machine."""

import typer

from trimtab_server.cli import audit, contract, database, purge, rescan, serve, tokens

app = typer.Typer(help="The Trimtab server.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command("serve")(serve.serve)
app.command("rescan")(rescan.rescan_store)
app.command("purge")(purge.purge_key)
app.command("contract")(contract.contract)
app.add_typer(database.app, name="database")
app.add_typer(tokens.app, name="token")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """The console script."""
    app()
