"""`trimtab import`: take a file over into one environment."""

from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Change
from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import ExitCode
from trimtab.cli.incoming.edits import Edits, edits_of, guarded
from trimtab.cli.incoming.read import FileFormat, read_incoming
from trimtab.cli.incoming.setting import IncomingFile
from trimtab.cli.options import Application, AsJson, Comment, Environment, Yes
from trimtab.cli.output import print_json, say, working

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="An env file, or JSON or YAML as `trimtab export` writes it."
    ),
]
As = Annotated[
    FileFormat | None, typer.Option("--format", "-f", help="What FILE is (else by its suffix).")
]
Check = Annotated[
    bool,
    typer.Option("--check", help="Write nothing; end with exit code 3 if the file differs."),
]
SkipBroken = Annotated[
    bool, typer.Option("--skip-broken", help="Import an env file without its broken lines.")
]


def import_file(
    file: File,
    environment: Environment = None,
    application: Application = None,
    format: As = None,  # noqa: A002  the option's own name
    check: Check = False,
    skip_broken: SkipBroken = False,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take over what differs between FILE and an environment, as one change, or nothing.

    Of an env file only the keys that belong in the database are written; the others are listed
    with the reason why they stay in the environment. New settings get the source policy `store`.
    """
    incoming = read_incoming(file, format, skip_broken=skip_broken)
    with connect(application, environment, channel="migration") as store:
        edits = guarded(store, edits_of(store, incoming, policy="store"))
        plan = _plan(store, edits, comment)
        if not as_json:
            _say_plan(incoming, edits, plan)
        if check or plan is None:
            _end(plan, check=check, as_json=as_json)
            return
        ask(f"Write this to {edits.environment}?", yes=yes)
        with working("Writing ..."):
            done = store.admin.bulk(edits.items, comment=comment or f"imported {file.name}")
    if as_json:
        print_json(done.raw)
    else:
        say_written(done)


def _plan(store: Store, edits: Edits, comment: str | None) -> Change | None:
    """What would be written; None if nothing would."""
    if not edits.items:
        return None
    plan = store.admin.bulk(edits.items, comment=comment, dry_run=True)
    return plan if plan.items else None


def _say_plan(incoming: IncomingFile, edits: Edits, plan: Change | None) -> None:
    if incoming.staying:
        say(f"Stay in the environment ({len(incoming.staying)}):")
        for one in incoming.staying:
            say(f"  {one.key}: {one.why}")
    for broken in incoming.skipped:
        say(f"  {incoming.path}:{broken.line}: skipped: {broken.reason}")
    if plan is None:
        say(f"Nothing to write: {edits.environment} says what {incoming.path} says.")
        return
    say(f"Would be written to {edits.environment}:")
    print_change(plan.items)


def _end(plan: Change | None, *, check: bool, as_json: bool) -> None:
    if as_json:
        print_json(plan.raw if plan else {"changed": False, "items": []})
    if check and plan is not None:
        raise typer.Exit(ExitCode.DIFFERENT)
