"""`trimtab migrate verify`: what the env files say against what the store serves."""

from typing import Annotated

import typer

from trimtab.cli.exits import ExitCode
from trimtab.cli.options import Application, AsJson
from trimtab.cli.output import print_json, say
from trimtab.cli.values import shown
from trimtab.migrate.store_state import read_store
from trimtab.migrate.verify import Difference, Verification
from trimtab.migrate.verify import verify as compare

from .inputs import load, say_problems, store_of
from .options import PlanFile, Root

Only = Annotated[
    list[str] | None,
    typer.Option("--environment", "-e", metavar="NAME", help="Only this environment; repeatable."),
]


def verify(
    plan_file: PlanFile = None,
    environments: Only = None,
    application: Application = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Compare, typed, every key of the plan in every environment; exit code 3 on a difference.

    The text of the env files is read as the setting's type, by the rules the store itself has for
    text. Secrets are only looked at: no value of one is shown or sent.
    """
    loaded = load(plan_file, root)
    with store_of(loaded, application) as store:
        state = read_store(store.admin)
        found = compare(loaded.plan, loaded.files, state, plan_name=str(loaded.path))
    say_problems(loaded)
    differences = [
        one for one in found.differences if not environments or one.environment in environments
    ]
    if as_json:
        print_json(_to_json(found, differences, state.revision))
    else:
        _say(found, differences, state.revision)
    if differences:
        raise typer.Exit(ExitCode.DIFFERENT)


def _say(found: Verification, differences: list[Difference], revision: str) -> None:
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


def _to_json(
    found: Verification, differences: list[Difference], revision: str
) -> dict[str, object]:
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
            for one in differences
        ],
        "notes": list(found.notes),
    }
