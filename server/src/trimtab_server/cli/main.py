"""`trimtab-server`: what is done on the server's own machine."""

import gc
import sys
from importlib import import_module

import typer

# Only the command that is asked for is imported: a check of the trail waits for no web framework.
_COMMANDS = {
    "serve": ("serve", "serve"),
    "rescan": ("rescan", "rescan_store"),
    "purge": ("purge", "purge_key"),
    "contract": ("contract", "contract"),
    "database": ("database", "app"),
    "token": ("tokens", "app"),
    "audit": ("audit", "app"),
}


def main() -> None:
    """The console script."""
    gc.disable()  # nothing of what is imported is garbage: looking for it is a fifth of a start
    program = command_line(sys.argv[1:2])
    gc.enable()
    program()


def command_line(wanted: list[str]) -> typer.Typer:
    """The command named by `wanted`, or all of them where it names none."""
    app = typer.Typer(
        help="The Trimtab server.", no_args_is_help=True, pretty_exceptions_enable=False
    )
    app.callback()(lambda: None)  # one command alone would be taken for the whole program
    for name in [one for one in wanted if one in _COMMANDS] or _COMMANDS:
        module, attribute = _COMMANDS[name]
        found = getattr(import_module(f"trimtab_server.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app
