"""The command line's commands, in the order in which `trimtab --help` lists them."""

from importlib.metadata import version
from typing import Annotated

import typer

from trimtab.cli.commands.audit import audit
from trimtab.cli.commands.categories import categories, schema
from trimtab.cli.commands.define import define
from trimtab.cli.commands.diff import diff
from trimtab.cli.commands.environments import applications, environments
from trimtab.cli.commands.explain import explain
from trimtab.cli.commands.export import export
from trimtab.cli.commands.get import get
from trimtab.cli.commands.grant import grant
from trimtab.cli.commands.history import history
from trimtab.cli.commands.import_file import import_file
from trimtab.cli.commands.list import list_settings
from trimtab.cli.commands.migrate import migrate
from trimtab.cli.commands.principal import principal
from trimtab.cli.commands.promote import promote
from trimtab.cli.commands.rollback import rollback
from trimtab.cli.commands.run import run
from trimtab.cli.commands.set import set_value
from trimtab.cli.commands.token import token
from trimtab.cli.commands.unset import unset
from trimtab.cli.commands.up import up
from trimtab.cli.commands.validate import validate
from trimtab.cli.commands.watch import watch
from trimtab.cli.commands.whoami import whoami

EXIT_CODES = (
    "Exit codes: 0 done, 1 refused or wrong (nothing was written), 2 wrong usage or nobody to ask, "
    "3 a difference was found (diff --exit-code, import --check, audit verify), "
    "4 no server reached, 130 interrupted; run: the program's own."
)

app = typer.Typer(
    name="trimtab",
    help="Typed, versioned, explainable configuration in place of environment variables.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, tokens among them
    context_settings={"help_option_names": ["-h", "--help"]},
)

_START = "Start"
_READ = "Read"
_WRITE = "Write"
_FILES = "Files"
_ACCESS = "Access"

app.command("up", rich_help_panel=_START)(up)
app.command(
    "run",
    rich_help_panel=_START,
    # What stands after the program is the program's.
    context_settings={"allow_interspersed_args": False},
)(run)
app.command("get", rich_help_panel=_READ)(get)
app.command("list", rich_help_panel=_READ)(list_settings)
app.command("explain", rich_help_panel=_READ)(explain)
app.command("history", rich_help_panel=_READ)(history)
app.command("diff", rich_help_panel=_READ)(diff)
app.command("watch", rich_help_panel=_READ)(watch)
app.command("schema", rich_help_panel=_READ)(schema)
app.command("categories", rich_help_panel=_READ)(categories)
app.command("environments", rich_help_panel=_READ)(environments)
app.command("applications", rich_help_panel=_READ)(applications)
app.command("set", rich_help_panel=_WRITE)(set_value)
app.command("unset", rich_help_panel=_WRITE)(unset)
app.command("define", rich_help_panel=_WRITE)(define)
app.command("promote", rich_help_panel=_WRITE)(promote)
app.command("rollback", rich_help_panel=_WRITE)(rollback)
app.command("validate", rich_help_panel=_FILES)(validate)
app.command("import", rich_help_panel=_FILES)(import_file)
app.command("export", rich_help_panel=_FILES)(export)
app.add_typer(migrate, name="migrate", rich_help_panel=_FILES)
app.command("whoami", rich_help_panel=_ACCESS)(whoami)
app.add_typer(principal, name="principal", rich_help_panel=_ACCESS)
app.add_typer(grant, name="grant", rich_help_panel=_ACCESS)
app.add_typer(token, name="token", rich_help_panel=_ACCESS)
app.add_typer(audit, name="audit", rich_help_panel=_ACCESS)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trimtab {version('trimtab')}")
        raise typer.Exit


@app.callback()
def trimtab(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Typed, versioned, explainable configuration in place of environment variables."""
