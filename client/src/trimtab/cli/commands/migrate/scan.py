"""`trimtab migrate scan`: every key, where it is set, where it is read, what the code does."""

from collections.abc import Sequence
from pathlib import Path

import typer

from trimtab.cli.exits import ExitCode
from trimtab.cli.output import complain, print_json, print_table, say
from trimtab.migrate.inventory import Inventory
from trimtab.migrate.plan.conceal import Concealer
from trimtab.migrate.scan_report import KeyReport, concealer_of, key_reports, scan_to_json

from .options import AsJson, FileEnvironments, Folder, ReadAs, ReadBy, Skipped
from .reading import read_project

_COLUMNS = ("KEY", "SET", "READ", "WHAT THE CODE DOES")
_MOST_PLACES = 3


def scan(
    folder: Folder = Path(),
    file_environments: FileEnvironments = None,
    skipped: Skipped = None,
    dialect: ReadBy = ReadAs.PYTHON_DOTENV,
    as_json: AsJson = False,
) -> None:
    """List every variable of a project: where it is set, where it is read, and as what.

    Reads env files, Compose files and source code; writes nothing and shows no value that an env
    file gives. Exit code 1: an env file could not be read.
    """
    inventory = read_project(folder, dialect.dialect, file_environments, skipped)
    hide = concealer_of(inventory)
    reports = key_reports(inventory, hide)
    if as_json:
        print_json(scan_to_json(inventory, reports, hide))
    else:
        _say_files(inventory)
        _say_keys(reports)
        _say_differences(inventory)
        _say_unresolved(inventory, hide)
    refused = [one for one in inventory.problems if one.whole_file]
    _say_problems(inventory)
    if refused:
        raise typer.Exit(ExitCode.REFUSED)


def _say_files(inventory: Inventory) -> None:
    unparsed = len(inventory.scan.unparsed)
    say(
        f"Source files read in {inventory.root}: {inventory.scan.files_read:,}"
        f"{f', not understood: {unparsed}' if unparsed else ''}."
    )
    rows = [
        (one.path, one.environment or "(documentation)", str(len({a.key for a in one.assignments})))
        for one in inventory.files
    ]
    if rows:
        say()
        print_table(("FILE", "ENVIRONMENT", "KEYS"), rows)


def _say_keys(reports: Sequence[KeyReport]) -> None:
    for title, chosen in (
        ("Set and read", [one for one in reports if one.set_at and one.reads]),
        ("Set, and read by no code that was found", [one for one in reports if not one.reads]),
        ("Read, and set by no file", [one for one in reports if not one.set_at and one.reads]),
    ):
        if chosen:
            say()
            say(f"{title} ({len(chosen)}):")
            print_table(_COLUMNS, [_row(one) for one in chosen])


def _row(one: KeyReport) -> tuple[str, str, str, str]:
    places = _some([*one.set_at, *(f"({place})" for place in one.documented_at)])
    reads = _some([f"{read.path}:{read.line}" for read in one.reads])
    return one.key, places, reads, "; ".join(dict.fromkeys(one.does))


def _some(places: Sequence[str]) -> str:
    more = len(places) - _MOST_PLACES
    shown = ", ".join(places[:_MOST_PLACES])
    return f"{shown} and {more} more" if more > 0 else shown


def _say_differences(inventory: Inventory) -> None:
    found = [(file, one) for file in inventory.files for one in file.differences]
    if found:
        say()
        say(f"Read differently by python-dotenv, Node, Compose and the shell ({len(found)}):")
        for file, one in found:
            say(f"  {file.path}:{one.line}: {one.reason}")


def _say_unresolved(inventory: Inventory, hide: Concealer) -> None:
    if inventory.scan.unresolved:
        say()
        say(f"Names that only the running program knows ({len(inventory.scan.unresolved)}):")
        for one in inventory.scan.unresolved:
            say(f"  {hide.sentence(f'{one.path}:{one.line}: {one.text}')}")


def _say_problems(inventory: Inventory) -> None:
    """On standard error, so that `--json` stays JSON."""
    for problem in inventory.problems:
        complain(problem.sentence)
    for unparsed in inventory.scan.unparsed:
        complain(f"{unparsed.path}: not understood, so its reads may be missing: {unparsed.reason}")
    for link in inventory.scan.links_skipped:
        complain(f"{link}: is a link out of the tree and was not followed")
