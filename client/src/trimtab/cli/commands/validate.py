"""`trimtab validate`: what a write would say, without writing."""

from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Verdict
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import ExitCode, UsageMistake
from trimtab.cli.failures import complaint_lines
from trimtab.cli.incoming.edits import edits_of
from trimtab.cli.incoming.read import read_incoming
from trimtab.cli.lookup import entity
from trimtab.cli.options import Application, AsJson, Environment
from trimtab.cli.output import complain, print_json, say
from trimtab.cli.values import typed

OneKey = Annotated[str | None, typer.Argument(metavar="KEY", help="The key of a setting.")]
OneValue = Annotated[str | None, typer.Argument(metavar="VALUE", help="The value to try.")]
File = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="A whole file, as `trimtab import` takes it."),
]


_FINE = Verdict(valid=True, raw={"valid": True, "errors": []})


def validate(
    key: OneKey = None,
    value: OneValue = None,
    file: File = None,
    environment: Environment = None,
    application: Application = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a write would be accepted, without writing: KEY VALUE, or --file FILE.

    Exit code 0: it would; 1: it would not, with every broken rule.
    """
    with connect(application, environment) as store:
        items = _items(store, key, value, file)
        verdict = store.admin.validate(items) if items else _FINE
    if as_json:
        print_json(verdict.raw)
    elif verdict.valid:
        say("It would be accepted.")
    else:
        for line in complaint_lines(verdict.errors):
            complain(line)
    if not verdict.valid:
        raise typer.Exit(ExitCode.REFUSED)


def _items(
    store: Store, key: str | None, value: str | None, file: Path | None
) -> list[dict[str, object]]:
    if file is not None and key is None:
        return edits_of(store, read_incoming(file)).items
    if file is None and key is not None and value is not None:
        target = store.environment_to_write()
        found = entity(store, key, target)
        return [{"key": found.key, "environment": target, "value": typed(found, value)}]
    raise UsageMistake("Say what to try: KEY VALUE, or --file FILE.")
