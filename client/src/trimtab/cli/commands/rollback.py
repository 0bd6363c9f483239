"""`trimtab rollback`: restore what was, as a new change."""

from typing import Annotated

import typer

from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written, warn_if_moved
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import Application, AsJson, Comment, Environment, Yes
from trimtab.cli.output import print_json, say
from trimtab.cli.revisions import revision_number

OneKey = Annotated[
    str | None, typer.Argument(metavar="KEY", help="One key, together with --version.")
]
ToVersion = Annotated[
    int | None, typer.Option("--version", metavar="NUMBER", help="KEY as it was in this version.")
]
ToRevision = Annotated[
    str | None,
    typer.Option("--revision", metavar="REVISION", help="The environment as of this revision."),
]
OneChange = Annotated[
    str | None, typer.Option("--change", metavar="REVISION", help="Undo this one change.")
]
Exact = Annotated[bool, typer.Option("--exact", help="With --revision: pin inherited values, too.")]


def rollback(
    key: OneKey = None,
    version: ToVersion = None,
    revision: ToRevision = None,
    change: OneChange = None,
    exact: Exact = False,
    environment: Environment = None,
    application: Application = None,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Restore one key, one environment, or what one change did. History only grows by it.

    `trimtab rollback KEY --version 3 -e prod`, `trimtab rollback --revision 12 -e prod`,
    `trimtab rollback --change 14`.
    """
    with connect(application, environment) as store:
        target = _target(store, key, version, revision, change, exact)
        plan = store.admin.rollback(target, comment=comment, dry_run=True)
        if not plan.items:
            if as_json:
                print_json(plan.raw)
            else:
                say("Nothing to write: it is so already.")
            return
        if not as_json:
            print_change(plan.items)
        ask("Restore this?", yes=yes)
        done = store.admin.rollback(target, comment=comment)
    if as_json:
        print_json(done.raw)
    else:
        say_written(done)
    warn_if_moved(plan, done)


def _target(
    store: Store,
    key: str | None,
    version: int | None,
    revision: str | None,
    change: str | None,
    exact: bool,
) -> dict[str, object]:
    match (key, version, revision, change):
        case (str(), int(), None, None) if not exact:
            return {"environment": store.environment_to_write(), "key": key, "version": version}
        case (None, None, str(), None):
            scope = {
                "environment": store.environment_to_write(),
                "revision": revision_number(store, revision),
            }
            return {**scope, "exact": True} if exact else scope
        case (None, None, None, str()) if not exact:
            return {"change": revision_number(store, change)}
        case _:
            raise UsageMistake(
                "Say what to restore, in one of three ways: KEY --version NUMBER, "
                "--revision REVISION (with --exact to pin inherited values), or --change REVISION."
            )
