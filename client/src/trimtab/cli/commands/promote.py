"""`trimtab promote`: copy what differs from one environment to another."""

from typing import Annotated

import typer

from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written, warn_if_moved
from trimtab.cli.connect import connect
from trimtab.cli.options import Application, AsJson, Comment, Yes
from trimtab.cli.output import print_json, say

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="The environment to copy from.")]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="The environment to copy to.")]
Keys = Annotated[
    list[str] | None, typer.Argument(metavar="KEY", help="Only these; else all that differ.")
]


def promote(
    source: Source,
    target: Target,
    keys: Keys = None,
    application: Application = None,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Copy values from SOURCE to TARGET as one change, after showing what would change."""
    with connect(application) as store:
        plan = store.admin.promote(source, target, keys=keys or (), comment=comment, dry_run=True)
        if not plan.items:
            if as_json:
                print_json(plan.raw)
            else:
                say(f"Nothing to write: {target} has these values already.")
            return
        if not as_json:
            print_change(plan.items)
        ask(f"Write this to {target}?", yes=yes)
        reviewed = [item.key for item in plan.items if item.key]
        done = store.admin.promote(source, target, keys=reviewed, comment=comment)
    if as_json:
        print_json(done.raw)
    else:
        say_written(done)
    warn_if_moved(plan, done)
