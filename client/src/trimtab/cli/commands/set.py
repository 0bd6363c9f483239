"""`trimtab set`: a new value in one environment."""

from typing import Annotated

import typer

from trimtab.admin import Entity, Written, vouched
from trimtab.cli.ask import ask
from trimtab.cli.changes import Moved
from trimtab.cli.connect import Store, connect
from trimtab.cli.failures import complaint_lines
from trimtab.cli.lookup import entity
from trimtab.cli.options import (
    Application,
    AsJson,
    Comment,
    Environment,
    Key,
    OverrideSecretCheck,
    Yes,
)
from trimtab.cli.output import complain, print_json, say
from trimtab.cli.values import same, shown, typed
from trimtab.errors import TrimtabError, VersionMoved

Value = Annotated[
    str, typer.Argument(metavar="VALUE", help="The value, as one writes it into an env file.")
]


def set_value(
    key: Key,
    value: Value,
    environment: Environment = None,
    application: Application = None,
    comment: Comment = None,
    override_secret_check: OverrideSecretCheck = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Set the value of a setting in one environment.

    The text is read as the setting's declared type. What is there now is shown first; if somebody
    changes it before you answer, nothing is written.
    """
    with connect(application, environment) as store:
        target = store.environment_to_write()
        before = entity(store, key, target)
        new = typed(before, value)
        if not _is_there(before, new):
            _check(store, before, new, override_secret_check)
            if not as_json:
                say(_what(before, new))
            ask("Write it?", yes=yes)
        written = _put(store, before, new, comment, override_secret_check)
    if as_json:
        print_json(written.raw)
    else:
        say(_done(before, written))
    if not written.effective:
        complain(_shadowed(before))


class NotAccepted(TrimtabError):
    """The server would refuse the value."""

    code = "not-accepted"


def _check(store: Store, before: Entity, new: object, no_secret_because: str | None) -> None:
    """Ask before the value is shown: one that is refused, a credential perhaps, never is."""
    item = {"key": before.key, "environment": before.environment, "value": new}
    verdict = store.admin.validate([item | vouched(no_secret_because)])
    if not verdict.valid:
        raise NotAccepted("\n".join(complaint_lines(verdict.errors)))


def _put(
    store: Store,
    before: Entity,
    new: object,
    comment: str | None,
    no_secret_because: str | None,
) -> Written:
    try:
        return store.admin.set_value(
            before.key,
            new,
            environment=before.environment,
            etag=before.etag or "*",
            comment=comment,
            no_secret_because=no_secret_because,
        )
    except VersionMoved:
        now = entity(store, before.key, before.environment)
        raise Moved(before, now) from None


def _is_there(before: Entity, new: object) -> bool:
    return before.origin == before.environment and same(before.value, new)


def _what(before: Entity, new: object) -> str:
    origin = ""
    if before.origin not in (None, before.environment):
        origin = f" (inherited from {before.origin})"
    return f"{before.key} in {before.environment}: {shown(before.value)}{origin} -> {shown(new)}"


def _done(before: Entity, written: Written) -> str:
    if not written.changed:
        return f"{before.key} in {before.environment} is {shown(before.value)} already."
    return f"Written, revision {written.revision}."


def _shadowed(before: Entity) -> str:
    return (
        f"It is stored but not in effect: {before.key} has the source policy shadow in "
        f"{before.environment}, so the value of the process environment wins."
    )
