"""`trimtab migrate rollback`: the store as before, and env files that parse to what they said."""

from pathlib import Path
from typing import Annotated

import typer

from trimtab.admin import Change
from trimtab.cli.ask import ask
from trimtab.cli.changes import print_change, say_written
from trimtab.cli.connect import Store, connect
from trimtab.cli.exits import UsageMistake
from trimtab.cli.options import Application, Comment, Yes
from trimtab.cli.output import complain, print_json, say
from trimtab.cli.revisions import revision_number
from trimtab.errors import Conflict, TrimtabError
from trimtab.migrate.artifacts import Artifact
from trimtab.migrate.comment_out import replace_file
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_text import read_env_text
from trimtab.migrate.restore_env import Restored, restored

from .inputs import artifacts_of
from .options import AsJson

WhichOne = Annotated[
    str | None,
    typer.Argument(metavar="REVISION", help="The migration to undo (else the latest)."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="PATH",
        help="Where the env file goes, a folder for several (else FILE.restored beside each).",
    ),
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Undo although later changes edited the same keys, or lines are lost."
    ),
]
NoEnv = Annotated[bool, typer.Option("--no-env", help="Only the store; write no env file.")]


class LinesLost(TrimtabError):
    """The env file lacks keys that were never recorded, so no rollback can bring them back."""

    code = "lines-lost"

    def __init__(self, lost: list[Restored]) -> None:
        parts = "; ".join(f"{one.path}: {', '.join(one.lost)}" for one in lost)
        super().__init__(
            "Keys that stayed in the environment are not in their env file any more, and their "
            f"values were never recorded ({parts}). Put them back first, or pass --force to "
            "restore the file without them. Nothing was changed."
        )


def rollback(
    revision: WhichOne = None,
    output: Output = None,
    force: Force = False,
    no_env: NoEnv = False,
    application: Application = None,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Undo a migration: exactly its edits, in every environment, as a new change.

    Refused where later changes edited the same keys. Beside it, each env file is written as it
    was, under another name: its values parse to the original ones.
    """
    with connect(application, channel="migration") as store:
        artifacts = artifacts_of(store)
        artifact = _chosen(artifacts.made(), revision)
        files = [] if no_env else _restored(artifact, force=force)
        places = _places(files, artifact, output)
        target: dict[str, object] = {
            "change": revision_number(store, artifact.revision or ""),
            "force": force or None,
        }
        target = {name: value for name, value in target.items() if value is not None}
        would = _would(store, target, comment)
        if not as_json:
            _say(artifact, would)
        ask("Undo this migration?", yes=yes)
        for path in places:
            if path.exists():
                ask(f"{path} is there already. Overwrite it?", yes=yes)
        done = _undo(store, target, would, comment or f"undo migration {artifact.revision}")
        artifacts.undone(artifact, done.revision)
    for path, file in zip(places, files, strict=True):
        replace_file(path, file.text)
    if as_json:
        print_json({**done.raw, "restored": [str(path) for path in places]})
        return
    say_written(done)
    for path, file in zip(places, files, strict=True):
        how = "is a copy of" if file.is_unchanged else "has the values of the original"
        say(f"{path} {how} {file.path}.")


def _would(store: Store, target: dict[str, object], comment: str | None) -> Change:
    try:
        return store.admin.rollback(target, comment=comment, dry_run=True)
    except Conflict:
        complain("Nothing was undone, because later changes edited what this migration made:")
        raise


def _chosen(made: list[Artifact], revision: str | None) -> Artifact:
    standing = [one for one in made if one.undone_by is None]
    if revision is None:
        if not standing:
            raise UsageMistake(
                "There is no migration to undo: `trimtab migrate apply` keeps a record of each in "
                "the data directory, and none is there. `trimtab rollback --change REVISION` "
                "undoes any change of the store."
            )
        return standing[-1]
    for one in made:
        if one.revision == revision or str(one.number) == revision:
            if one.undone_by is not None:
                raise UsageMistake(
                    f"Migration {one.revision} was undone already, as revision {one.undone_by}."
                )
            return one
    known = ", ".join(one.revision or "" for one in standing) or "none"
    raise UsageMistake(f"There is no record of a migration {revision}; there are: {known}.")


def _restored(artifact: Artifact, *, force: bool) -> list[Restored]:
    files = []
    for kept in artifact.files:
        path = Path(artifact.root) / kept.path
        text = read_env_text(path) if path.exists() else None
        files.append(restored(kept, text, Dialect(artifact.dialect)))
    lost = [one for one in files if one.lost]
    if lost and not force:
        raise LinesLost(lost)
    for one in lost:
        complain(f"{one.path}: without {', '.join(one.lost)}, whose values nobody recorded.")
    return files


def _places(files: list[Restored], artifact: Artifact, output: Path | None) -> list[Path]:
    if output is None:
        return [Path(artifact.root) / f"{one.path}.restored" for one in files]
    if len(files) == 1 and not output.is_dir():
        return [output]
    if not output.is_dir():
        raise UsageMistake(f"--output must be a folder, because {len(files)} files are restored.")
    return [output / one.path.replace("/", "_") for one in files]


def _say(artifact: Artifact, would: Change) -> None:
    say(f"Migration {artifact.revision}, made at {artifact.made_at}:")
    if would.items:
        print_change(would.items)
    else:
        say("The store has nothing of it any more.")


def _undo(store: Store, target: dict[str, object], would: Change, comment: str) -> Change:
    return store.admin.rollback(target, comment=comment) if would.items else would
