"""`snapshot`, one key, `export` and `reload`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.scope import ApplicationQuery, ReadScope, application_of, sees
from trimtab_server.config.entity import show
from trimtab_server.config.moment import ReadMoment
from trimtab_server.config.read import existing_application, find_setting, load_state
from trimtab_server.config.revision_wait import FreshScope, MinRevision, wait_for_revision
from trimtab_server.config.schemas import Entity
from trimtab_server.delivery.answer import (
    Answer,
    entity_answer,
    held_at,
    held_headers,
    snapshot_answer,
)
from trimtab_server.delivery.export import MEDIA_TYPES, ExportFormat, Selection, export
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.nodes import Nodes
from trimtab_server.delivery.schemas import ReloadReply, SnapshotReply
from trimtab_server.errors import MalformedRequest
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.parameters import CategoryFilter, Flag, IfChanged, KeyPrefix
from trimtab_server.http.preconditions import not_modified
from trimtab_server.http.responses import problems, read, tagged_read
from trimtab_server.http.sessions import AnyDatabase, ReadConnection
from trimtab_server.http.wire import json_reply, read_headers, rendered

router = APIRouter(prefix="/api/v1", tags=["delivery"])

_EXPORTED = read("unknown-revision", "revision-not-available", "not-exportable")
_EXPORTED[200] |= {
    "description": "The file, in the format that was asked for.",
    "content": {
        "text/plain": {"schema": {"type": "string"}, "example": "VOICE_STABILITY=0.5\n"},
        "text/x-shellscript": {
            "schema": {"type": "string"},
            "example": "export VOICE_STABILITY=0.5\n",
        },
        "application/json": {"schema": {"type": "object"}, "example": {"VOICE_STABILITY": 0.5}},
        "application/yaml": {"schema": {"type": "object"}, "example": {"VOICE_STABILITY": 0.5}},
    },
}


@router.get(
    "/snapshot",
    response_model=SnapshotReply,
    responses=tagged_read("revision-not-available"),
    dependencies=[requires(Permission.SNAPSHOT_READ, decided_inside=True)],
)
async def get_snapshot(
    request: Request,
    scope: ReadScope,
    principal: CurrentPrincipal,
    min_revision: MinRevision = None,
    if_none_match: IfChanged = None,
) -> Response:
    """The whole environment at one revision, under a strong ETag.

    `digest` is the sum, modulo 2^128, of BLAKE2b (16 bytes, big-endian) over `"KEY":ITEM` of every
    item, so that it can be kept up item by item.
    """
    seen = sees(principal, Permission.SNAPSHOT_READ, scope)
    feed: Feed = request.state.feed
    held = await held_at(feed, scope, min_revision)
    answer = snapshot_answer(held, scope.environment, seen)
    return _reply(answer, held_headers(held, feed.monotonic()), if_none_match)


@router.get(
    f"/config/{KEY}",
    tags=["configuration"],
    response_model=Entity,
    responses=tagged_read("not-found", "unknown-revision", "revision-not-available"),
    dependencies=[requires(Permission.CONFIG_READ, decided_inside=True)],
)
async def get_configuration(
    request: Request,
    key: Key,
    scope: ReadScope,
    database: AnyDatabase,
    principal: CurrentPrincipal,
    moment: ReadMoment,
    min_revision: MinRevision = None,
    if_none_match: IfChanged = None,
) -> Response:
    """One key, resolved in `environment`, now or at a past revision or instant."""
    seen = sees(principal, Permission.CONFIG_READ, scope)
    if moment.is_past or moment.strong:
        if min_revision is not None:
            await wait_for_revision(database, scope.application, min_revision)
        async with database.read() as connection:
            state = await load_state(
                connection, scope.application, scope.environment, seen, key=key, moment=moment
            )
        shown = show(state, find_setting(state, key), scope.environment)
        head = state.application
        answer = Answer(shown.etag, rendered(shown.entity))
        return _reply(answer, read_headers(head.epoch, head.revision), if_none_match)
    feed: Feed = request.state.feed
    held = await held_at(feed, scope, min_revision)
    answer = entity_answer(held, scope.environment, seen, key)
    return _reply(answer, held_headers(held, feed.monotonic()), if_none_match)


def _reply(answer: Answer, headers: dict[str, str], if_none_match: str | None) -> Response:
    headers["ETag"] = answer.etag
    if not_modified(if_none_match, answer.etag):
        return Response(status_code=304, headers=headers)
    return Response(answer.body, headers=headers, media_type="application/json")


@router.get(
    "/export",
    responses=_EXPORTED,
    response_class=Response,
    dependencies=[requires(Permission.EXPORT_READ, decided_inside=True)],
)
async def get_export(
    scope: FreshScope,
    connection: ReadConnection,
    principal: CurrentPrincipal,
    moment: ReadMoment,
    kind: Annotated[
        ExportFormat, Query(alias="format", description="The kind of file.")
    ] = ExportFormat.DOTENV,
    prefix: KeyPrefix = None,
    category: CategoryFilter = None,
    references: Annotated[
        Flag, Query(description="Include references of secret settings; never a secret.")
    ] = False,
    meta: Annotated[Flag, Query(description="json and yaml: with the definitions.")] = False,
) -> Response:
    """The environment as a file; `Trimtab-Omitted` counts references that were left out."""
    if meta and kind not in (ExportFormat.JSON, ExportFormat.YAML):
        raise MalformedRequest("`meta` goes with json and yaml: choose one of them.")
    seen = sees(principal, Permission.EXPORT_READ, scope)
    state = await load_state(connection, scope.application, scope.environment, seen, moment=moment)
    selection = Selection(prefix, category, references)
    exported = export(state, scope.environment, kind, selection, meta=meta)
    headers = read_headers(state.application.epoch, state.application.revision)
    headers["Trimtab-Omitted"] = str(exported.omitted)
    return Response(exported.text, headers=headers, media_type=MEDIA_TYPES[kind])


@router.post(
    "/config/reload",
    response_model=ReloadReply,
    responses=problems("unknown-application"),
    dependencies=[requires(Permission.RELOAD)],
)
async def reload_nodes(
    request: Request,
    database: AnyDatabase,
    principal: CurrentPrincipal,
    application: ApplicationQuery = None,
) -> Response:
    """Let every server process read the truth again, and say what it holds then.

    A process that does not answer within three seconds has no revision, and is not counted again
    until it is back.
    """
    nodes: Nodes = request.state.nodes
    async with database.read() as connection:
        head = await existing_application(connection, application_of(application, principal))
    own = f"{head.epoch}.{head.revision}"
    answers = [
        {"node": one.node, "revision": None if one.heads is None else one.heads.get(head.name, own)}
        for one in await nodes.reload()
    ]
    return json_reply({"application": head.name, "nodes": answers})
