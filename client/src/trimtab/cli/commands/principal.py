"""`trimtab principal`: people and programs."""

from typing import Annotated

import typer

from trimtab.admin import Principal
from trimtab.cli.ask import ask
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import AsJson, Yes
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.scopes import all_scope_words, minute

principal = typer.Typer(
    help="People and programs: who a token can belong to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a principal.")]
Person = Annotated[bool, typer.Option("--person", help="A person; else a program.")]


@principal.command("list")
def list_principals(as_json: AsJson = False) -> None:
    """List the principals with what they may do."""
    with connect() as store:
        found = sorted(store.admin.principals(), key=lambda one: one.name)
    if as_json:
        print_json({"items": [one.raw for one in found]})
        return
    rows = [(one.name, one.kind, minute(one.created_at), _may(one)) for one in found]
    print_table(("PRINCIPAL", "KIND", "SINCE (UTC)", "MAY"), rows)


@principal.command("create")
def create(name: Name, person: Person = False, as_json: AsJson = False) -> None:
    """Make a principal. It may do nothing until it gets a grant."""
    with connect() as store:
        made = store.admin.create_principal(name, "person" if person else "service")
    if as_json:
        print_json(made.raw)
    else:
        say(f"Made {made.name}. It may do nothing yet: `trimtab grant add {made.name} ROLE`.")


@principal.command("disable")
def disable(name: Name, yes: Yes = False, as_json: AsJson = False) -> None:
    """Shut a principal out for good: its tokens stop working, its name stays in the history."""
    with connect() as store:
        found = principal_of(store, name)
        ask(f"Shut {found.name} out for good, with all its tokens?", yes=yes)
        gone = store.admin.disable_principal(found.id)
    if as_json:
        print_json(gone.raw)
    else:
        say(f"{gone.name} is disabled; within seconds no server takes its tokens.")


def principal_of(store: Store, name: str) -> Principal:
    """The principal of that name; raises UsageMistake."""
    found = next(store.admin.principals(name), None)
    if found is None:
        raise UsageMistake(f"There is no principal {name}: `trimtab principal list` shows all.")
    return found


def _may(one: Principal) -> str:
    if one.disabled_at is not None:
        return f"disabled on {minute(one.disabled_at)}"
    return all_scope_words(one.grants)
