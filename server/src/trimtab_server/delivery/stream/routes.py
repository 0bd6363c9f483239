"""`stream`."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.scope import ReadScope, sees
from trimtab_server.config.revision_wait import head_from
from trimtab_server.http.responses import SCOPE, problems

from .audiences import Place
from .reply import StreamReply
from .streams import Credential, Streams

router = APIRouter(prefix="/api/v1", tags=["delivery"])

_MARK = r"^[0-9]{1,15}\.[0-9]{1,15}$"
_EVENTS = """\
id: 1795305600.13
event: change
data: {"environment":"dev","prev":"1795305600.12","rev":"1795305600.13","items":\
{"RETRIES":{"category":"general","origin":"dev","type":"integer",\
"updatedAt":"2026-11-22T00:00:00Z","value":5,"version":2}},\
"digest":"0f6d1f1b5b0a4e0c9d7a2f3e4c5b6a79"}

"""
_ANSWERS = problems(*SCOPE, "revision-not-available", "too-many-streams")
_ANSWERS[200] = {
    "description": "Events, until either side ends it.",
    "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENTS}},
}


@router.get(
    "/stream",
    responses=_ANSWERS,
    response_class=Response,
    dependencies=[requires(Permission.SNAPSHOT_READ, decided_inside=True)],
)
async def get_stream(
    request: Request,
    scope: ReadScope,
    principal: CurrentPrincipal,
    since: Annotated[
        str | None,
        Query(
            max_length=31,
            pattern=_MARK,
            description="The revision of the snapshot that is held; `Last-Event-ID` goes before.",
            examples=["1795305600.12"],
        ),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=31,
            pattern=_MARK,
            description="`epoch.revision`, to go on from.",
            examples=["1795305600.12"],
        ),
    ] = None,
) -> Response:
    """Server-sent events of one environment, from the snapshot that the reader holds.

    `change` carries the items that differ between `prev` and `rev`, null for one that is gone, and
    the digest of the whole after it: apply it only to `prev`; drop it if `rev` is not newer than
    what is held; else fetch the snapshot. `bookmark` comes first where there is nothing else to
    say, every 15 seconds, and for revisions whose items this reader may not see: a reader whose
    digest is the same is at `rev`. `reset` means: fetch the snapshot; its `reason` is `window`
    (away for too long), `epoch`, `scope` (what may be seen has changed; the stream ends), `slow`,
    or `shutdown` (come back after the pause). After 45 seconds of silence, connect again.
    """
    streams: Streams = request.state.streams
    place = Place(
        scope.application, scope.environment, sees(principal, Permission.SNAPSHOT_READ, scope)
    )
    mark = last_event_id or since
    held = None if mark is None else head_from(mark)
    return StreamReply(
        streams,
        place,
        Credential(request.headers["authorization"], principal.token.id),
        await streams.audiences.at(place, held),
        since=held,
        is_head=getattr(request.state, "is_head", False),
    )
