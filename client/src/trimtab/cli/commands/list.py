"""`trimtab list`: every setting of an environment."""

from typing import Annotated

import typer

from trimtab.admin import Entity
from trimtab.cli.connect import connect
from trimtab.cli.options import Application, AsJson, Environment
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.values import shown

Category = Annotated[str | None, typer.Option("--category", metavar="NAME", help="Only these.")]
Prefix = Annotated[
    str | None, typer.Option("--prefix", metavar="TEXT", help="Only keys that begin so.")
]
_COLUMNS = ("KEY", "VALUE", "TYPE", "FROM", "CATEGORY")


def list_settings(
    environment: Environment = None,
    application: Application = None,
    category: Category = None,
    prefix: Prefix = None,
    as_json: AsJson = False,
) -> None:
    """List the settings with their values; FROM names the environment a value is inherited from."""
    with connect(application, environment) as store:
        found = list(store.admin.entities(store.environment, category=category, prefix=prefix))
    if as_json:
        print_json({"items": [one.raw for one in found]})
    elif found:
        print_table(_COLUMNS, [_row(one) for one in found])
    else:
        say("There are no such settings.")


def _row(one: Entity) -> tuple[str, str, str, str, str]:
    return (one.key, shown(one.value), one.type, one.origin or "-", one.category)
