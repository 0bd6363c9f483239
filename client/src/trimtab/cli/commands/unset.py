"""`trimtab unset`: take a value away, so that the environment inherits again."""

from typing import Annotated

import typer

from trimtab.admin import Change, Entity
from trimtab.cli.ask import ask
from trimtab.cli.changes import Moved, say_written
from trimtab.cli.connect import Store, connect
from trimtab.cli.lookup import entity, parent_of
from trimtab.cli.options import Application, AsJson, Comment, Environment, Key, Yes
from trimtab.cli.output import print_json, say
from trimtab.cli.values import shown
from trimtab.errors import Refused, TrimtabError, VersionMoved

Cascade = Annotated[
    bool,
    typer.Option("--cascade", help="In the root: remove the values of all environments, too."),
]


class NothingToUnset(TrimtabError):
    """There is no value of its own to take away."""

    code = "nothing-to-unset"


def unset(
    key: Key,
    environment: Environment = None,
    application: Application = None,
    cascade: Cascade = False,
    comment: Comment = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take the value of a setting away in one environment; it inherits again.

    In the root environment (base) this removes the setting itself, definition and all.
    """
    with connect(application, environment) as store:
        target = store.environment_to_write()
        before = entity(store, key, target)
        what = _what(store, before)
        if not as_json:
            say(what)
        ask("Remove it?", yes=yes)
        change = _delete(store, before, cascade, comment)
    if as_json:
        print_json(change.raw)
    else:
        say_written(change)


def _what(store: Store, before: Entity) -> str:
    parent = parent_of(store, before.environment)
    if parent is None:
        return (
            f"{before.environment} is the root: this removes the setting {before.key} itself, "
            f"its definition and its value {shown(before.value)}."
        )
    if before.origin != before.environment:
        raise NothingToUnset(
            f"{before.key} has no value of its own in {before.environment} "
            f"(it comes from {before.origin or 'nowhere'}), so there is nothing to take away."
        )
    try:
        after = entity(store, before.key, parent)
    except Refused:  # who may write here need not be able to read there
        return f"{before.key} in {before.environment}: {shown(before.value)} -> inherited"
    origin = f"inherited from {after.origin}" if after.origin else "no value"
    return (
        f"{before.key} in {before.environment}: {shown(before.value)} -> {shown(after.value)} "
        f"({origin})"
    )


def _delete(store: Store, before: Entity, cascade: bool, comment: str | None) -> Change:
    try:
        return store.admin.delete(
            before.key,
            environment=before.environment,
            etag=before.etag or "*",
            cascade=cascade,
            comment=comment,
        )
    except VersionMoved:
        now = entity(store, before.key, before.environment)
        raise Moved(before, now) from None
