"""Reading a project, with a progress bar where a person watches."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from trimtab.cli.exits import UsageMistake
from trimtab.cli.output import is_terminal
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.inventory import Inventory, is_environment_name, take_inventory
from trimtab.migrate.references import SourceScan, scan_source
from trimtab.migrate.references.scan import Progress as OnProgress


def read_project(
    folder: Path,
    dialect: Dialect,
    file_environments: Sequence[str] | None,
    skipped: Sequence[Path] | None,
) -> Inventory:
    """The inventory of a folder; raises UsageMistake for options that do not fit it."""
    root = existing_folder(folder)
    chosen = dict(_file_environment(root, text) for text in file_environments or ())
    skip = {_inside(root, path) for path in skipped or ()}
    with progress("Reading") as on_progress:
        return take_inventory(
            root, dialect=dialect, chosen=chosen, skip=skip, on_progress=on_progress
        )


def read_source(root: Path) -> SourceScan:
    """Only the places in code."""
    with progress("Reading") as on_progress:
        return scan_source(existing_folder(root), on_progress=on_progress)


def existing_folder(folder: Path) -> Path:
    """The folder's real path; raises UsageMistake."""
    if not folder.is_dir():
        raise UsageMistake(f"{folder} is not a folder: name the one that holds the project.")
    return folder.resolve()


@contextmanager
def progress(what: str) -> Iterator[OnProgress | None]:
    """A bar on standard error, if that is a terminal."""
    if not is_terminal(sys.stderr):
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _file_environment(root: Path, text: str) -> tuple[str, str]:
    path, equals, name = text.rpartition("=")
    if not equals or not is_environment_name(name):
        raise UsageMistake(
            f"--env takes FILE=NAME, such as --env deploy/live.env=prod, not {text!r}."
        )
    return _inside(root, Path(path)), name


def _inside(root: Path, path: Path) -> str:
    """The path from the root, given from there or from the current folder."""
    for candidate in (root / path, path.absolute()):
        if candidate.exists() and candidate.resolve().is_relative_to(root):
            return os.path.relpath(candidate.resolve(), root).replace(os.sep, "/")
    raise UsageMistake(f"There is no {path} in {root}.")
