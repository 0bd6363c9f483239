"""`trimtab migrate plan`: one decision per key, with reasons, in a file that a person edits."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from trimtab.cli.ask import ask
from trimtab.cli.connect import connect
from trimtab.cli.exits import ExitCode
from trimtab.cli.options import Application, Yes
from trimtab.cli.output import complain, print_json, print_table, say
from trimtab.cli.values import shown_rules
from trimtab.errors import NoProfile, ServerUnreachable
from trimtab.migrate.compare import compared, with_refusals
from trimtab.migrate.inventory import Inventory
from trimtab.migrate.plan import Plan, PlannedKey, make_plan, read_overrides, to_json, to_yaml
from trimtab.migrate.plan.document import groups
from trimtab.migrate.store_state import read_store
from trimtab.profile import DEFAULT_APPLICATION
from trimtab.value_types import as_text

from .options import AsJson, FileEnvironments, Folder, ReadAs, ReadBy, Skipped
from .reading import read_project

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the plan there (.json: as JSON)."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Do not compare with a store, even if one is known.")
]
SkipBroken = Annotated[
    bool, typer.Option("--skip-broken", help="Plan without env files that cannot be read.")
]

_COLUMNS = ("KEY", "GOES TO", "TYPE", "RULES", "VALUES", "WHY LOOK")


def plan(
    folder: Folder = Path(),
    output: Output = None,
    file_environments: FileEnvironments = None,
    skipped: Skipped = None,
    dialect: ReadBy = ReadAs.PYTHON_DOTENV,
    application: Application = None,
    offline: Offline = False,
    skip_broken: SkipBroken = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Decide for every variable where it belongs, and write that down for review.

    Nothing else is written. Where a server is known, the plan says per key whether the store has
    it. What `trimtab.toml` says about a key wins over every rule.
    """
    inventory = read_project(folder, dialect.dialect, file_environments, skipped)
    _check_readable(inventory, skip_broken=skip_broken)
    root = os.path.relpath(inventory.root, (output.absolute().parent if output else Path.cwd()))
    made = make_plan(
        inventory,
        application=application or os.environ.get("TRIMTAB_APPLICATION") or DEFAULT_APPLICATION,
        root=root.replace(os.sep, "/"),
        overrides=read_overrides(inventory.root),
    )
    made = made if offline else _compared(made, application)
    is_json = as_json or (output is not None and output.suffix == ".json")
    if output is not None:
        text = _json(made) if is_json else to_yaml(made, name=output.name)
        if output.exists() and output.read_text(encoding="utf-8", errors="replace") != text:
            ask(f"{output} is there already, with other content. Overwrite it?", yes=yes)
        output.write_text(text, encoding="utf-8")
        _say_summary(made, output)
    elif is_json:
        print_json(to_json(made))
    else:
        say(to_yaml(made).rstrip("\n"))


def _check_readable(inventory: Inventory, *, skip_broken: bool) -> None:
    """A plan without a file's keys would be silently half a plan."""
    refused = [one for one in inventory.problems if one.whole_file]
    if not refused:
        return
    for one in refused:
        complain(f"{one.sentence}.")
    if not skip_broken:
        complain("No plan was made: correct that, or pass --skip-broken to plan without.")
        raise typer.Exit(ExitCode.REFUSED)


def _compared(made: Plan, application: str | None) -> Plan:
    """The plan beside the store; as it is where no server is known or none answers."""
    try:
        with connect(application, channel="migration") as store:
            state = read_store(store.admin)
            made = compared(_for(made, store.profile.application), state)
            return with_refusals(made, state, store.admin)
    except NoProfile:
        return made
    except ServerUnreachable as error:
        complain(f"The comparison with the store is missing: {error}")
        return made


def _for(made: Plan, application: str) -> Plan:
    """The profile may name another application than the default."""
    return replace(made, application=application)


def _json(made: Plan) -> str:
    return f"{json.dumps(to_json(made), indent=2, ensure_ascii=False)}\n"


def _say_summary(made: Plan, output: Path) -> None:
    for title, keys in groups(made.keys):
        if keys and (keys[0].moves or keys[0].doubts):
            say(f"{title} ({len(keys)}):")
            print_table(_COLUMNS, [_row(one) for one in keys])
            say()
        elif keys:
            say(f"{title} ({len(keys)}): {', '.join(one.key for one in keys)}")
            say()
    if made.store_revision is None:
        say("No store was compared.")
    say(f"The plan is in {output}. Review it, then: trimtab migrate apply {output}")


def _row(one: PlannedKey) -> tuple[str, str, str, str, str, str]:
    values = ", ".join(
        as_text(value) if name == "base" else f"{name}: {as_text(value)}"
        for name, value in one.values.items()
    )
    if not values and one.default is not None:
        values = f"(default {as_text(one.default)})"
    return (
        one.key, one.target.value, one.store_type.value, shown_rules(one.validation_rules),
        values, "; ".join(one.doubts),
    )  # fmt: skip
