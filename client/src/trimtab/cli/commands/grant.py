"""`trimtab grant`: who may do what where."""

from enum import StrEnum
from typing import Annotated

import typer

from trimtab.admin import Scope
from trimtab.cli.ask import ask
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import AsJson, Yes
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.scopes import (
    SCOPE_COLUMNS,
    OnlyApplication,
    OnlyCategory,
    OnlyEnvironment,
    scope_cells,
    scope_words,
)

grant = typer.Typer(
    help="Who may do what where: roles within a scope.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class Role(StrEnum):
    """What a grant may give."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SERVICE = "service"


Whose = Annotated[
    str | None, typer.Argument(metavar="PRINCIPAL", help="Only this one's; else all.")
]
Who = Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Who gets it.")]
What = Annotated[
    Role,
    typer.Argument(
        metavar="ROLE",
        help="viewer (reads), editor (writes too), admin (everything), auditor (trail and "
        "history) or service (reads snapshots).",
    ),
]
Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, as `trimtab grant list` shows it.")]


@grant.command("list")
def list_grants(principal: Whose = None, as_json: AsJson = False) -> None:
    """List the grants that you may see."""
    with connect() as store:
        found = sorted(store.admin.grants(principal), key=lambda one: (one.principal, one.role))
    if as_json:
        print_json({"items": [one.raw for one in found]})
        return
    rows = [
        (
            one.id,
            one.principal,
            *scope_cells(one.role, one.application, one.environment, one.category),
        )
        for one in found
    ]
    print_table(("ID", "PRINCIPAL", *SCOPE_COLUMNS), rows)


@grant.command("add")
def add(
    principal: Who,
    role: What,
    application: OnlyApplication = None,
    environment: OnlyEnvironment = None,
    category: OnlyCategory = None,
    as_json: AsJson = False,
) -> None:
    """Give a principal a role: everywhere, or only where the options say.

    Definitions hold in all environments, so that a grant for one of them lets nobody edit any.
    """
    scope = Scope(role.value, application, environment, category)
    with connect() as store:
        given = store.admin.give_grant(principal, scope)
    if as_json:
        print_json(given.raw)
    else:
        say(f"{given.principal} is {scope_words(scope)}.")


@grant.command("remove")
def remove(grant_id: Id, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take a grant away, after showing what it gives."""
    with connect() as store:
        held = _grant_of(store, grant_id)
        ask(f"Take this from {held[0]}: {held[1]}?", yes=yes)
        taken = store.admin.take_grant(grant_id)
    if as_json:
        print_json(taken.raw)
    else:
        say(f"{held[0]} is no longer {held[1]}.")


def _grant_of(store: Store, grant_id: str) -> tuple[str, str]:
    """Whose grant that is, and what it gives in words; raises UsageMistake."""
    for one in store.admin.grants():
        if one.id == grant_id:
            scope = Scope(one.role, one.application, one.environment, one.category)
            return one.principal, scope_words(scope)
    raise UsageMistake(f"There is no grant {grant_id}: `trimtab grant list` shows all.")
