"""`trimtab migrate verify`: what the env files say against what the store serves."""

import os
from typing import Annotated

import typer

from trimtab.cli.exits import ExitCode, UsageMistake
from trimtab.cli.options import Application
from trimtab.cli.output import print_json, say
from trimtab.cli.values import shown
from trimtab.migrate.inventory import process_environment
from trimtab.migrate.store_state import StoreState, read_store
from trimtab.migrate.verify import Difference, Verification
from trimtab.migrate.verify import verify as compare

from .inputs import load, say_problems, store_of
from .options import AsJson, PlanFile, Root

Only = Annotated[
    list[str] | None,
    typer.Option("--environment", "-e", metavar="NAME", help="Only this environment; repeatable."),
]
ThisProcess = Annotated[
    str | None,
    typer.Option(
        "--process",
        metavar="NAME",
        help="Compare this process's variables, as environment NAME, instead of the env files.",
    ),
]


def verify(
    plan_file: PlanFile = None,
    environments: Only = None,
    process: ThisProcess = None,
    application: Application = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Compare, typed, every key of the plan in every environment; exit code 3 on a difference.

    The text of the env files is read as the setting's type, by the rules the store itself has for
    text. Secrets are only looked at: no value of one is shown or sent. With --process NAME, the
    variables of this very process are compared: run it where the program runs.
    """
    loaded = load(plan_file, root)
    files = process_environment(os.environ, process) if process else loaded.files
    wanted = [process] if process else environments or []
    with store_of(loaded, application) as store:
        state = read_store(store.admin)
    _check_names(wanted, state)
    found = compare(loaded.plan, files, state, plan_name=str(loaded.path), environments=wanted)
    if process is None:
        say_problems(loaded)
    if as_json:
        print_json(_to_json(found, state.revision))
    else:
        _say(found, state.revision)
    if found.differences:
        raise typer.Exit(ExitCode.DIFFERENT)


def _check_names(wanted: list[str], state: StoreState) -> None:
    for name in wanted:
        if name not in state.parents:
            known = ", ".join(state.parents)
            raise UsageMistake(f"The store has no environment {name}; there are {known}.")


def _say(found: Verification, revision: str) -> None:
    differences = found.differences
    for one in differences:
        say(_sentence(one))
        say(f"    settle it: {one.settle}")
    for note in found.notes:
        say(note)
    where = ", ".join(found.environments)
    if differences:
        say(f"Different: {len(differences)} of {found.compared} comparisons ({where}).")
    else:
        say(f"No difference in {found.compared} comparisons ({where}) at revision {revision}.")


def _sentence(one: Difference) -> str:
    where = f" ({one.where})" if one.where else ""
    sides = ""
    if one.in_environment is not None or one.in_store is not None:
        sides = f": environment {shown(one.in_environment)}, store {shown(one.in_store)}"
    return f"{one.key} in {one.environment}{where}: {one.sentence}{sides}"


def _to_json(found: Verification, revision: str) -> dict[str, object]:
    return {
        "revision": revision,
        "environments": list(found.environments),
        "compared": found.compared,
        "differences": [
            {
                "key": one.key,
                "environment": one.environment,
                "kind": one.kind.value,
                "where": one.where,
                "message": one.sentence,
                "environmentValue": one.in_environment,
                "storeValue": one.in_store,
                "settle": one.settle,
            }
            for one in found.differences
        ],
        "notes": list(found.notes),
    }
