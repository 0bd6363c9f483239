"""The present or a past moment, as query parameters name it."""

from typing import Annotated

from fastapi import Depends, Query

from trimtab_server.config.read import Moment
from trimtab_server.errors import MalformedRequest
from trimtab_server.http.parameters import Flag, Instant, RevisionNumber


async def _moment(
    revision: Annotated[
        RevisionNumber | None, Query(description="Read as of this revision.")
    ] = None,
    at: Annotated[
        Instant | None,
        Query(
            description="Read as of this instant (RFC 3339, with its zone).",
            examples=["2026-11-23T08:00:00Z"],
        ),
    ] = None,
    strong: Annotated[
        Flag, Query(description="Read the database itself, not what this process holds of it.")
    ] = False,
) -> Moment:
    if revision is not None and at is not None:
        raise MalformedRequest("Name either `revision` or `at`, not both.")
    if strong and (revision is not None or at is not None):
        raise MalformedRequest("`strong` reads the present: leave `revision` and `at` out.")
    return Moment(revision, at, strong)


ReadMoment = Annotated[Moment, Depends(_moment)]
