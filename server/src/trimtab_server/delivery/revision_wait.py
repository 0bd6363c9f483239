"""Read your writes: never an answer older than the revision that the caller shows."""

import asyncio
import re
from typing import Annotated

from fastapi import Query

from trimtab_server.config.read import existing_application
from trimtab_server.errors import MalformedRequest, TrimtabError
from trimtab_server.infra.database import Database

WAIT_SECONDS = 2.0
_POLL_SECONDS = 0.05
_REVISION = re.compile(r"(\d{1,15})\.(\d{1,15})", re.ASCII)

MinRevision = Annotated[
    str | None,
    Query(
        alias="minRevision",
        max_length=31,
        description="`epoch.revision`: wait up to 2 s until the store has it, else 503.",
    ),
]


class RevisionNotAvailable(TrimtabError):
    """The store does not have that revision yet: ask again shortly."""

    code = "revision-not-available"
    status = 503
    title = "That revision is not there yet."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


async def wait_for_revision(database: Database, application: str, wanted: str) -> None:
    """Return as soon as the head is at least `wanted`.

    Raises:
        RevisionNotAvailable: it was not within two seconds.
    """
    match = _REVISION.fullmatch(wanted)
    if match is None:
        raise MalformedRequest("`minRevision` is epoch.revision, like 1795305600.12.")
    minimum = (int(match[1]), int(match[2]))
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
