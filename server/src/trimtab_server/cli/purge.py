"""`trimtab-server purge`: a credential that was found too late leaves the store."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import Annotated, Any

import typer

from trimtab_server.catalog.credentials import check_comment
from trimtab_server.catalog.names import DEFAULT_APPLICATION
from trimtab_server.cli.admin_token import SERVER
from trimtab_server.cli.run import fail, settings_or_exit, with_database
from trimtab_server.infra.database import Database
from trimtab_server.trail.purge import Purged, purge, purge_comment
from trimtab_server.trail.purge_targets import Wanted
from trimtab_server.trail.sweep import sweep


def purge_key(
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays in the audit trail.")],
    key: Annotated[
        str | None, typer.Argument(help="The key whose values go; not for a comment.")
    ] = None,
    application: Annotated[
        str, typer.Option("--application", "-a", help="Whose key.")
    ] = DEFAULT_APPLICATION,
    environment: Annotated[
        str | None, typer.Option("--environment", "-e", help="Only what stood there.")
    ] = None,
    revision: Annotated[
        list[int] | None,
        typer.Option("--revision", "-r", help="Only what this change wrote; may be repeated."),
    ] = None,
    definition: Annotated[
        bool, typer.Option("--definition", help="Descriptions and defaults of past definitions.")
    ] = False,
    comment: Annotated[
        bool, typer.Option("--comment", help="The comment of the change of --revision.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Take values out of configuration, history, kept answers and the audit trail, for good.

    History and trail say that something was purged, and verification still holds. What is the
    value now is removed by an ordinary change. Change the credential itself all the same: backups
    and whoever read it still have it.
    """
    revisions = frozenset(revision or ())
    if comment is (key is not None) or (comment and not revisions):
        fail("name a key, or --comment with --revision", code=2)
    if check_comment(reason):
        fail("the reason holds what looks like a credential, or is too long", code=2)
    if not yes:
        _ask(key, application)
    wanted = Wanted(application, key or "", environment, revisions, definition)

    async def work(database: Database) -> list[Purged]:
        if comment:
            done = [
                await purge_comment(database, SERVER, application, one, reason)
                for one in sorted(revisions)
            ]
        else:
            done = [await purge(database, SERVER, wanted, reason)]
        await sweep(database)
        epochs = [one.epoch for one in done if one.epoch is not None]
        if epochs and not await forget_kept(application, max(epochs)):
            said = "Redis does not answer: what it keeps goes when a server reaches it"
            print(said, file=sys.stderr)
        return done

    _say(with_database(work), as_json=as_json)


async def forget_kept(application: str, epoch: int) -> bool:
    """Take out of Redis what servers kept there; whether that is certain."""
    settings = settings_or_exit()
    if not (settings.redis_url and settings.redis_key):
        return True
    module: Any = import_module("trimtab_server.infra.redis_entries")
    entries = module.redis_entries(settings.redis_url, settings.redis_key)
    try:
        await entries.forget(application, (epoch, 0))
    except module.RedisAway:
        return False
    finally:
        await entries.close()
    return True


def _ask(key: str | None, application: str) -> None:
    if not sys.stdin.isatty():
        fail("nobody is there to ask: pass --yes", code=2)
    typer.confirm(
        f"Take the values of {key or 'these comments'} out of {application} for good?", abort=True
    )


def _say(done: list[Purged], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"items": [asdict(one) for one in done]}))
    else:
        for one in done:
            removed = f"removed the value in {', '.join(one.cleared)}; " if one.cleared else ""
            print(
                f"{removed}purged {one.history} places of the history, {one.audit} audit values "
                f"and {one.answers} kept answers"
            )
    if not any(one.history or one.audit for one in done):
        fail("there was nothing of that to purge")
