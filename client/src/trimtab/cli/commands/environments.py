"""`trimtab environments` and `trimtab applications`: which there are, and new ones."""

from typing import Annotated

import typer

from trimtab.cli.connect import connect
from trimtab.cli.options import Application, AsJson, Comment
from trimtab.cli.output import print_json, print_table, say

Add = Annotated[str | None, typer.Option("--add", metavar="NAME", help="Make this environment.")]
Parent = Annotated[
    str, typer.Option("--parent", metavar="NAME", help="With --add: what it inherits from.")
]

AddApplication = Annotated[
    str | None, typer.Option("--add", metavar="NAME", help="Make this application.")
]


def environments(
    add: Add = None,
    parent: Parent = "base",
    application: Application = None,
    comment: Comment = None,
    as_json: AsJson = False,
) -> None:
    """List the environments, or make one: `trimtab environments --add qa --parent dev`."""
    with connect(application) as store:
        if add is not None:
            made = store.admin.create_environment(add, parent, comment=comment)
            if as_json:
                print_json(made.raw)
            else:
                say(f"Made {made.name}, which inherits from {parent}.")
            return
        found = store.admin.environments()
    if as_json:
        print_json({"items": [one.raw for one in found]})
    else:
        print_table(
            ("ENVIRONMENT", "INHERITS FROM"), [(one.name, one.parent or "-") for one in found]
        )


def applications(add: AddApplication = None, as_json: AsJson = False) -> None:
    """List the applications, or make one: `trimtab applications --add shop`."""
    with connect() as store:
        if add is not None:
            made = store.admin.create_application(add)
            if as_json:
                print_json(made)
            else:
                say(f"Made {add}.")
            return
        found = store.admin.applications()
    if as_json:
        print_json(found)
    else:
        print_table(("APPLICATION",), [(str(one["name"]),) for one in found["items"]])
