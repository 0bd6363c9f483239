"""`trimtab history`: every change of a setting."""

from typing import Annotated

import typer

from trimtab.admin import Version
from trimtab.cli.changes import edited_parts
from trimtab.cli.connect import connect
from trimtab.cli.lookup import NoSuchSetting
from trimtab.cli.options import Application, AsJson, Environment, Key
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.values import shown
from trimtab.errors import NotFound

Limit = Annotated[
    int,
    typer.Option("--limit", "-n", min=1, metavar="NUMBER", help="At most so many, newest first."),
]
_COLUMNS = ("REVISION", "WHEN", "WHO", "WHERE", "VERSION", "OLD", "NEW", "WHY")


def history(
    key: Key,
    environment: Environment = None,
    application: Application = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show who changed a setting when, from what to what, and why; the newest first."""
    with connect(application, environment) as store:
        try:
            found = list(store.admin.history(key, store.environment, limit=limit))
        except NotFound as error:
            raise NoSuchSetting(key, error.problem) from None
    if as_json:
        print_json({"items": [one.raw for one in found]})
    elif found:
        print_table(_COLUMNS, [_row(one) for one in found])
    else:
        say(f"{key} was never changed here.")


def _row(one: Version) -> tuple[str, ...]:
    if one.kind == "definition":
        old, new = edited_parts(one.old_value, one.new_value)
    else:
        old, new = shown(one.old_value), shown(one.new_value)
    where = one.environment or "all"
    return (
        str(one.revision),
        one.at.partition(".")[0].rstrip("Z").replace("T", " "),
        f"{one.actor or '-'} ({one.channel})" if one.channel else one.actor or "-",
        where if one.kind == "value" else f"{where} ({one.kind})",
        "-" if one.version is None else str(one.version),
        old,
        new,
        one.comment or "",
    )
