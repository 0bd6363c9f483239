"""`trimtab diff`: what differs between two environments, or two revisions."""

from typing import Annotated

import typer

from trimtab.admin import Comparison, Difference
from trimtab.cli.connect import connect
from trimtab.cli.exits import ExitCode
from trimtab.cli.options import Application, AsJson
from trimtab.cli.output import print_json, print_table, say
from trimtab.cli.revisions import given_number
from trimtab.cli.values import shown

Side = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="An environment.")]
SourceRevision = Annotated[
    str | None,
    typer.Option("--source-revision", metavar="REVISION", help="The first side as it was then."),
]
TargetRevision = Annotated[
    str | None,
    typer.Option("--target-revision", metavar="REVISION", help="The second side as it was then."),
]
WithExitCode = Annotated[
    bool, typer.Option("--exit-code", help="End with exit code 3 if anything differs.")
]


def diff(
    source: Side,
    target: Side,
    source_revision: SourceRevision = None,
    target_revision: TargetRevision = None,
    application: Application = None,
    exit_code: WithExitCode = False,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two environments, values resolved.

    With revisions also between two moments: `trimtab diff prod prod --source-revision 12`.
    """
    with connect(application) as store:
        found = store.admin.diff(
            source,
            target,
            source_revision=given_number(store, source_revision),
            target_revision=given_number(store, target_revision),
        )
    if as_json:
        print_json(found.raw)
    elif found.items:
        print_table(_columns(found), [_row(one) for one in found.items])
    else:
        say(f"{source} and {target} do not differ.")
    if exit_code and found.items:
        raise typer.Exit(ExitCode.DIFFERENT)


def _columns(found: Comparison) -> tuple[str, ...]:
    sides = [
        f"{side.get('environment')}@{side.get('revision')}" for side in (found.source, found.target)
    ]
    if found.source.get("revision") == found.target.get("revision"):
        sides = [str(side.get("environment")) for side in (found.source, found.target)]
    return ("KEY", "WHAT", *(side.upper() if side.isalpha() else side for side in sides))


def _row(one: Difference) -> tuple[str, str, str, str]:
    return (one.key, one.kind, shown(one.source_value), shown(one.target_value))
