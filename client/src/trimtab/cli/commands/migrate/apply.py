"""`trimtab migrate apply`: carry a plan out, as one change, made once or not at all."""

from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Change
from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written
from trimtab.cli.connect import Store
from trimtab.cli.exits import ExitCode
from trimtab.cli.options import Application, Comment, Yes
from trimtab.cli.output import complain, print_json, say
from trimtab.errors import Refused, TrimtabError
from trimtab.migrate.apply import (
    Prepared,
    artifact_of,
    carry_out,
    prepare,
    settle_pending,
)
from trimtab.migrate.artifacts import Artifact, Artifacts
from trimtab.migrate.store_state import StoreState, read_store

from .inputs import Loaded, artifacts_of, load, say_problems, store_of
from .options import AsJson, PlanFile, Policy, Root

SourcePolicy = Annotated[
    Policy | None,
    typer.Option(
        "--policy",
        help="Who counts from now on: `shadow` (the environment, and the store is compared; this "
        "is what new keys get) or `store`.",
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit code 3 if something would be written.")
]


class StoreMoved(TrimtabError):
    """Somebody wrote to the store meanwhile: nothing was written; run the command again."""

    code = "store-moved"


def apply(
    plan_file: PlanFile = None,
    policy: SourcePolicy = None,
    application: Application = None,
    root: Root = None,
    check: Check = False,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make the store say what the plan says: one change, all or nothing; again is no change.

    Keys that are new to the store get the source policy `shadow`: the environment goes on to
    count, until `trimtab migrate cutover`. No env file is touched.
    """
    loaded = load(plan_file, root)
    with store_of(loaded, application) as store:
        artifacts = artifacts_of(store)
        for one in settle_pending(store.admin, artifacts, loaded.plan):
            complain(f"An earlier run of this plan was carried out as revision {one.revision}.")
        state = read_store(store.admin)
        prepared = prepare(
            loaded.plan, state, policy=policy.value if policy else None, comment=comment
        )
        would = _would(store, state, prepared)
        if would is None or check:
            _end(loaded, would, as_json=as_json)
            return
        _say_age(loaded, state)
        say_problems(loaded)
        if not as_json:
            print_change(would.items)
        ask(f"Write this to the application {loaded.plan.application}?", yes=yes)
        if store.admin.head() != state.revision:
            raise StoreMoved
        artifact = _expected(artifacts, loaded, prepared, store)
        done = _made(store, prepared, artifacts, artifact)
        kept = _settled(artifacts, artifact, done)
    if as_json:
        print_json({**done.raw, "record": str(kept) if kept else None})
        return
    say_written(done)
    say(f"Next: trimtab migrate verify {loaded.path}")


def _would(store: Store, state: StoreState, prepared: Prepared) -> Change | None:
    """What would be written, judged by the server; None: nothing."""
    if not prepared.items:
        return None
    would = store.admin.bulk(prepared.items, comment=prepared.comment, dry_run=True)
    if would.revision != state.revision:
        raise StoreMoved
    return would if would.items else None


def _end(loaded: Loaded, would: Change | None, *, as_json: bool) -> None:
    """Nothing to write, or nothing wanted written."""
    if as_json:
        print_json(would.raw if would else {"changed": False, "items": []})
    elif would is None:
        say(f"Nothing to write: the store says what {loaded.path} says.")
    else:
        print_change(would.items)
    if would is not None:
        raise typer.Exit(ExitCode.DIFFERENT)


def _say_age(loaded: Loaded, state: StoreState) -> None:
    made_at = loaded.plan.store_revision
    if made_at is None:
        complain(f"{loaded.path} was made without looking at a store.")
    elif made_at != state.revision:
        complain(
            f"{loaded.path} was made at revision {made_at}, and the store is at {state.revision} "
            "now: below is what it would change today."
        )


def _expected(artifacts: Artifacts, loaded: Loaded, prepared: Prepared, store: Store) -> Artifact:
    place = {
        "server": store.profile.url,
        "plan": str(loaded.path.resolve()),
        "root": str(loaded.root),
    }
    artifact = artifact_of(loaded.plan, prepared, loaded.files, place)
    artifacts.expect(artifact)
    return artifact


def _made(store: Store, prepared: Prepared, artifacts: Artifacts, artifact: Artifact) -> Change:
    try:
        return carry_out(store.admin, prepared, on_pause=_say_pause)
    except Refused:
        artifacts.forget(artifact)
        raise


def _settled(artifacts: Artifacts, artifact: Artifact, done: Change) -> Path | None:
    if not done.changed:
        artifacts.forget(artifact)
        return None
    return artifacts.path_of(artifacts.settle(artifact, done.revision))


def _say_pause(seconds: float) -> None:
    complain(f"No answer from the server; asking the same again in {seconds:g} s ...")
