"""The first run: an env file moves into the root environment."""

from pathlib import Path

from trimtab.cli.ask import ask, can_ask
from trimtab.cli.changes import say_written
from trimtab.cli.connect import Store
from trimtab.cli.exits import NotWanted
from trimtab.cli.incoming.edits import Edits, compare, without_refused
from trimtab.cli.incoming.env import read_env
from trimtab.cli.incoming.setting import IncomingFile
from trimtab.cli.lookup import root_of
from trimtab.cli.output import say
from trimtab.cli.up.env_source import EnvSource, remember
from trimtab.cli.up.report import command_prefix, say_decisions


def move_in(
    store: Store, source: EnvSource, data_dir: Path, *, yes: bool, skip_broken: bool
) -> None:
    """Show where every key goes, ask if the file was not named, and write one change.

    What the server would refuse stays in the environment, with its reason in the table. Raises
    CannotImport or EnvFileRefused, with nothing written.
    """
    file = read_env(source.path, skip_broken=skip_broken)
    root = root_of(store)
    edits = compare(store, file, environment=root, policy="store")
    edits, refused = without_refused(store, edits)
    say(f"{source.path} into the environment {root}:")
    say()
    say_decisions(file.decisions, {**edits.reasons, **refused})
    _say_broken(file)
    if not edits.items:
        say("There is nothing to move into the database.")
    elif source.must_ask and not yes and not can_ask():
        say(
            "This is only the plan; nothing was written, because without a terminal nobody can "
            "be asked. "
            f"`{command_prefix(store.profile, data_dir)} import {source.path} --environment {root} "
            "--yes` writes it."
        )
    else:
        _write(store, source, edits, data_dir, yes=yes or not source.must_ask)


def _write(store: Store, source: EnvSource, edits: Edits, data_dir: Path, *, yes: bool) -> None:
    try:
        ask(f"Write these {len(edits.items)} keys to the database?", yes=yes)
    except NotWanted:
        say("Nothing was written. The server runs all the same.")
        return
    change = store.admin.bulk(edits.items, comment=f"moved in from {source.path.name}")
    remember(source, data_dir)
    say_written(change)


def _say_broken(file: IncomingFile) -> None:
    for one in file.skipped:
        say(f"{file.path}:{one.line}: skipped: {one.reason}")
