"""`trimtab migrate status`: how far it is, and what is left, key by key."""

from typing import Annotated

import typer

from trimtab.cli.exits import ExitCode
from trimtab.cli.options import Application
from trimtab.cli.output import print_json, print_table, say
from trimtab.migrate.references import Reference
from trimtab.migrate.status import KeyStatus, Status, status_of
from trimtab.migrate.store_state import read_store
from trimtab.migrate.verify import verify

from .inputs import load, say_problems, store_of
from .options import AsJson, PlanFile, Root
from .reading import read_source

FailIfLeft = Annotated[
    bool, typer.Option("--fail-if-left", help="Exit code 3 if a key is not done yet; for CI.")
]


def status(
    plan_file: PlanFile = None,
    fail_if_left: FailIfLeft = False,
    application: Application = None,
    root: Root = None,
    as_json: AsJson = False,
) -> None:
    """Show, per key, who counts in each environment, who still reads it, and what is left.

    A key is done when the store counts everywhere, no code reads it from the environment, and no
    env file sets it.
    """
    loaded = load(plan_file, root)
    references: dict[str, list[Reference]] = {}
    for one in read_source(loaded.root).references:
        references.setdefault(one.key, []).append(one)
    with store_of(loaded, application) as store:
        state = read_store(store.admin)
    checked = verify(loaded.plan, loaded.files, state, plan_name=str(loaded.path))
    found = status_of(loaded.plan, loaded.files, references, state, checked)
    say_problems(loaded)
    if as_json:
        print_json(_to_json(found, state.revision))
    else:
        _say(found)
    if fail_if_left and found.left:
        raise typer.Exit(ExitCode.DIFFERENT)


def _say(found: Status) -> None:
    columns = ("KEY", *(name.upper() for name in found.environments), "READ", "LEFT")
    if found.keys:
        print_table(columns, [_row(one, found) for one in found.keys])
    done = len(found.keys) - len(found.left)
    say(f"Done: {done} of {len(found.keys)} keys.")


def _row(one: KeyStatus, found: Status) -> tuple[str, ...]:
    policies = (one.policies[name] for name in found.environments)
    left = "; ".join(one.left) or "nothing"
    return (one.key, *policies, str(len(one.read_at)), left)


def _to_json(found: Status, revision: str) -> dict[str, object]:
    return {
        "revision": revision,
        "environments": list(found.environments),
        "keys": [
            {
                "key": one.key,
                "policies": dict(one.policies),
                "readAt": list(one.read_at),
                "setAt": list(one.set_at),
                "left": list(one.left),
                "done": one.is_done,
            }
            for one in found.keys
        ],
        "left": len(found.left),
    }
