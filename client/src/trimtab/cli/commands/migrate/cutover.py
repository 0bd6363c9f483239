"""`trimtab migrate cutover`: let the store count, key by key and environment by environment."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from trimtab.admin import Change
from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written
from trimtab.cli.connect import Store
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import Application, Comment, Yes
from trimtab.cli.output import complain, print_json, say
from trimtab.errors import TrimtabError
from trimtab.migrate.comment_out import comment_out
from trimtab.migrate.cutover import CutOver, cut_over, keys_of, needed
from trimtab.migrate.store_state import StoreState, read_store
from trimtab.migrate.verify import verify

from .inputs import Loaded, load, store_of
from .options import AsJson, Policy, Root

Keys = Annotated[
    list[str] | None, typer.Argument(metavar="KEY...", help="The keys; or pass --all.")
]
To = Annotated[Policy, typer.Option("--to", help="Who counts from now on.")]
Everywhere = Annotated[
    list[str] | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="Only there and in what inherits from it; repeatable (else everywhere).",
    ),
]
PlanOption = Annotated[
    Path | None, typer.Option("--plan", metavar="PLAN", help="The plan (else plan.yaml).")
]
EveryKey = Annotated[bool, typer.Option("--all", help="Every key that the plan moves.")]
Force = Annotated[bool, typer.Option("--force", help="Also where verify finds a difference.")]
EditEnv = Annotated[
    bool,
    typer.Option(
        "--edit-env",
        help="Also turn the keys' lines in the env files into comments, with --to store.",
    ),
]


class StillDiffers(TrimtabError):
    """The store must not count where it says something else than the environment."""

    code = "still-differs"

    def __init__(self, against: CutOver) -> None:
        lines = [
            f"  {one.key} in {one.environment}{f' ({one.where})' if one.where else ''}: "
            f"{one.sentence}. Settle it: {one.settle}."
            for one in against.against
        ]
        reason = (
            "Nothing was changed, because the store says something else than the environment "
            "(`trimtab migrate verify` shows both; --force goes on all the same):"
        )
        super().__init__("\n".join([reason, *lines]))


def cutover(
    to: To,
    keys: Keys = None,
    environments: Everywhere = None,
    plan_file: PlanOption = None,
    every: EveryKey = False,
    force: Force = False,
    edit_env: EditEnv = False,
    application: Application = None,
    root: Root = None,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the store count for some keys, or the environment again.

    `trimtab migrate cutover RETRIES --to store -e dev` is one change, shown before it is made.
    Going to `store` is refused while `verify` finds a difference for one of the keys there.
    """
    if bool(keys) == every:
        raise UsageMistake("Name the keys to cut over, or pass --all for every key of the plan.")
    loaded = load(plan_file, root)
    chosen = keys_of(loaded.plan, keys or (), every=every)
    with store_of(loaded, application) as store:
        state = read_store(store.admin)
        # Also where no file speaks for an environment: its programs read those of base.
        found = verify(
            loaded.plan,
            loaded.files,
            state,
            plan_name=str(loaded.path),
            environments=list(state.parents),
        )
        wanted = cut_over(chosen, to.value, state, found, environments or ())
        if wanted.against and not force:
            raise StillDiffers(wanted)
        comment = comment or f"cut over to {to.value}"
        done = _change(store, wanted, _Request(to, comment, yes, as_json))
        after = read_store(store.admin) if edit_env else state
    if as_json:
        print_json(done.raw if done else {"changed": False, "items": []})
    elif done:
        say_written(done)
    else:
        say("Nothing to write: it is so already.")
    if edit_env:
        _edit(loaded, chosen, after)


class _Request(NamedTuple):
    to: Policy
    comment: str
    yes: bool
    as_json: bool


def _change(store: Store, wanted: CutOver, request: _Request) -> Change | None:
    """The change, shown before it is made; None: there is nothing to change."""
    items = needed(store.admin, wanted.items)
    would = store.admin.bulk(items, comment=request.comment, dry_run=True) if items else None
    if would is None or not would.items:
        return None
    if not request.as_json:
        print_change(would.items)
    ask(f"Let {_who(request.to)} count for these keys?", yes=request.yes)
    return store.admin.bulk(items, comment=request.comment)


def _who(to: Policy) -> str:
    return "the store" if to is Policy.STORE else "the environment"


def _edit(loaded: Loaded, keys: list[str], state: StoreState) -> None:
    """Only in files whose every environment lets the store count: others still need the line."""
    for file in loaded.files.files:
        if file.env_file is None or file.environment is None:
            continue
        heirs = _heirs(file.environment, state)
        settled = {
            key
            for key in keys
            for entities in [[state.entity(key, name) for name in heirs]]
            if all(one is not None and one.source_policy == "store" for one in entities)
        }
        for key in comment_out(loaded.root / file.path, settled, loaded.dialect):
            complain(f"{file.path}: {key} is a comment now.")


def _heirs(environment: str, state: StoreState) -> list[str]:
    """The environment and all that inherit from it."""
    if environment == "base":
        return list(state.parents)
    found = [environment]
    for name, parent in state.parents.items():
        if parent in found:
            found.append(name)
    return found
