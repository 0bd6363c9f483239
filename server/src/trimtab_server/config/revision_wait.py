"""Read your writes: never an answer older than the revision that the caller shows."""

import asyncio
from typing import Annotated

from fastapi import Depends, Query

from trimtab_server.catalog.scope import ReadScope, Scope
from trimtab_server.config.read import existing_application
from trimtab_server.errors import TrimtabError
from trimtab_server.http.key_path import Key
from trimtab_server.http.sessions import AnyDatabase
from trimtab_server.infra.database import Database

WAIT_SECONDS = 2.0
_POLL_SECONDS = 0.05


class RevisionNotAvailable(TrimtabError):
    """The store does not have that revision yet: ask again shortly."""

    code = "revision-not-available"
    status = 503
    title = "That revision is not there yet."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


MinRevision = Annotated[
    str | None,
    Query(
        alias="minRevision",
        max_length=31,
        pattern=r"^[0-9]{1,15}\.[0-9]{1,15}$",
        description="`epoch.revision`: wait up to 2 s until the store has it, else 503.",
        examples=["1795305600.12"],
    ),
]


async def _fresh_scope(
    scope: ReadScope, database: AnyDatabase, min_revision: MinRevision = None
) -> Scope:
    if min_revision is not None:
        await wait_for_revision(database, scope.application, min_revision)
    return scope


async def _fresh_scope_of_key(
    key: Key, scope: ReadScope, database: AnyDatabase, min_revision: MinRevision = None
) -> Scope:
    return await _fresh_scope(scope, database, min_revision)


# Before the route's connection: waiting must hold none, and its transaction must begin after.
FreshScope = Annotated[Scope, Depends(_fresh_scope)]
# Where the path names a key: nobody waits for a revision to be told that it cannot be one.
FreshScopeOfKey = Annotated[Scope, Depends(_fresh_scope_of_key)]


async def wait_for_revision(database: Database, application: str, wanted: str) -> None:
    """Return as soon as the head is at least `wanted`.

    Raises:
        RevisionNotAvailable: it was not within two seconds.
    """
    minimum = head_from(wanted)
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while await _head(database, application) < minimum:  # noqa: ASYNC110 - not our event
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        raise RevisionNotAvailable from None


async def _head(database: Database, application: str) -> tuple[int, int]:
    async with database.read() as connection:
        head = await existing_application(connection, application)
    return head.epoch, head.revision


def head_from(text: str) -> tuple[int, int]:
    """Epoch and revision of a `minRevision`."""
    epoch, _, revision = text.partition(".")
    return int(epoch), int(revision)
