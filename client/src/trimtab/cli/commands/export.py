"""`trimtab export`: a whole environment as a file."""

import os
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trimtab.cli.ask import ask
from trimtab.cli.connect import connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import Application, Environment, Yes
from trimtab.cli.output import complain
from trimtab.cli.revisions import given_number


class Format(StrEnum):
    """What the exported file is."""

    DOTENV = "dotenv"
    SHELL = "shell"
    JSON = "json"
    YAML = "yaml"


As = Annotated[Format, typer.Option("--format", "-f", help="What to write.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE instead of the screen."),
]
Meta = Annotated[
    bool,
    typer.Option("--meta", help="JSON and YAML: with definitions, so that `import` can make them."),
]
Category = Annotated[str | None, typer.Option("--category", metavar="NAME", help="Only these.")]
Prefix = Annotated[
    str | None, typer.Option("--prefix", metavar="TEXT", help="Only keys that begin so.")
]
Revision = Annotated[
    str | None, typer.Option("--revision", metavar="REVISION", help="As it was at this revision.")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="As it was then (RFC 3339).")]


def export(
    environment: Environment = None,
    application: Application = None,
    format: As = Format.DOTENV,  # noqa: A002  the option's own name
    output: Output = None,
    meta: Meta = False,
    category: Category = None,
    prefix: Prefix = None,
    revision: Revision = None,
    at: At = None,
    yes: Yes = False,
) -> None:
    """Print an environment, resolved, as an env file, shell lines, JSON or YAML."""
    if meta and format not in (Format.JSON, Format.YAML):
        raise UsageMistake("--meta needs --format json or yaml: an env file holds no definitions.")
    with connect(application, environment) as store:
        content = store.admin.export(
            store.environment,
            format=format.value,
            meta=meta or None,
            category=category,
            prefix=prefix,
            revision=given_number(store, revision),
            at=at,
        )
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    if output.exists():
        ask(f"{output} exists. Replace it?", yes=yes)
    write_whole(output, content)
    complain(f"Written to {output}.")


def write_whole(path: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(scratch).chmod(0o644)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
