"""`/api/v1/config` and writes to `/api/v1/config/{key}`; programs read it in `delivery`."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from trimtab_server.access.permission import Permission
from trimtab_server.access.requires import CurrentPrincipal, requires
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.scope import (
    WriteScope,
    application_of,
    environment_to_write,
    sees,
)
from trimtab_server.config.edits import ABSENT, CreateSetting, Place, RemoveValue
from trimtab_server.config.list_entities import Filters, list_entities
from trimtab_server.config.revision_wait import FreshScope
from trimtab_server.config.schemas import (
    ChangeReply,
    EntityPage,
    PostSetting,
    WriteReply,
    reason_of,
)
from trimtab_server.config.write_request import (
    CurrentWriting,
    RequiredMatch,
    change_reply,
    entity_reply,
)
from trimtab_server.http.cursor import KeyCursor, PageSize
from trimtab_server.http.key_path import KEY, Key
from trimtab_server.http.parameters import CategoryFilter, Flag, KeyPrefix
from trimtab_server.http.responses import change, read
from trimtab_server.http.sessions import ReadConnection
from trimtab_server.http.wire import json_reply, read_headers

router = APIRouter(prefix="/api/v1/config", tags=["configuration"])


@router.get(
    "",
    response_model=EntityPage,
    responses=read("revision-not-available"),
    dependencies=[requires(Permission.CONFIG_READ, decided_inside=True)],
)
async def list_configuration(
    scope: FreshScope,
    connection: ReadConnection,
    principal: CurrentPrincipal,
    category: CategoryFilter = None,
    prefix: KeyPrefix = None,
    is_secret: Annotated[
        Flag | None, Query(alias="isSecret", description="Only references to secrets, or none.")
    ] = None,
    limit: PageSize = 100,
    cursor: KeyCursor = None,
) -> Response:
    """Every setting, resolved in `environment`, page by page in the order of the keys.

    Inherited values are included; `origin` says whose they are.
    """
    filters = Filters(category=category, prefix=prefix, is_secret=is_secret)
    seen = sees(principal, Permission.CONFIG_READ, scope)
    page = await list_entities(connection, scope, seen, filters, limit=limit, after=cursor)
    headers = read_headers(page.application.epoch, page.application.revision)
    return json_reply({"items": page.items, "nextCursor": page.next_cursor}, headers=headers)


@router.post(
    "",
    status_code=201,
    response_model=WriteReply,
    responses=change(status=201, entity=True),
    dependencies=[requires(Permission.DEFINITION_WRITE, decided_inside=True)],
)
async def create_setting(
    body: PostSetting, principal: CurrentPrincipal, writing: CurrentWriting
) -> Response:
    """Define a setting and give it its value in one environment."""
    environment = environment_to_write(body.environment, principal)
    edit = CreateSetting(
        Place(body.key, environment, override=reason_of(body.secret_override)),
        fields=body.given(),
        value=body.value if "value" in body.model_fields_set else ABSENT,
        policy=SourcePolicy(body.source_policy) if body.source_policy else None,
    )
    application = application_of(body.application, principal)
    outcome = await writing.commit(
        application, (edit,), comment=body.comment, show=((body.key, environment),)
    )
    place = urlencode({"application": application, "environment": environment})
    location = f"/api/v1/config/{quote(body.key)}?{place}"
    return entity_reply(outcome, status=201, location=location)


@router.delete(
    f"/{KEY}",
    response_model=ChangeReply,
    responses=change("not-found", "version-moved", "precondition-required"),
    dependencies=[requires(Permission.CONFIG_WRITE, decided_inside=True)],
)
async def delete_value(
    key: Key,
    scope: WriteScope,
    writing: CurrentWriting,
    precondition: RequiredMatch,
    cascade: Annotated[Flag, Query(description="With the overrides below the root.")] = False,
    comment: Annotated[
        str | None,
        Query(
            max_length=2_000,
            description="Why; kept in the history.",
            examples=["back to what all others have"],
        ),
    ] = None,
) -> Response:
    """Take the environment's own value away: it inherits again. In the root, the setting goes."""
    edit = RemoveValue(Place(key, scope.environment, precondition=precondition), cascade)
    outcome = await writing.commit(scope.application, (edit,), comment=comment)
    return change_reply(outcome, comment=comment)
