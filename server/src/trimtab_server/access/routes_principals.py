"""`/api/v1/principals`: people and programs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from trimtab_server.http.cursor import Listed, PageSize, PrincipalCursor
from trimtab_server.http.responses import BODY, problems
from trimtab_server.http.sessions import ReadConnection, WriteConnection
from trimtab_server.http.stored_id import StoredId
from trimtab_server.http.wire import json_reply
from trimtab_server.infra.database import database_now

from .author import CurrentAuthor
from .create_principal import create_principal
from .disable_principal import disable_principal
from .existing import existing_principal
from .names import check_readable_name
from .permission import Permission
from .principal import PrincipalKind
from .queries import list_principals
from .replies import page_json, principal_json
from .requires import requires
from .routes_grants import grant_of
from .schemas import PostPrincipal, PrincipalPage, PrincipalReply

router = APIRouter(prefix="/api/v1/principals", tags=["access"])


@router.get(
    "",
    response_model=PrincipalPage,
    responses=problems(),
    dependencies=[requires(Permission.PRINCIPAL_READ)],
)
async def get_principals(
    connection: ReadConnection,
    name: Annotated[
        str | None, Query(max_length=255, description="Only the one.", examples=["ci"])
    ] = None,
    limit: PageSize = 100,
    cursor: PrincipalCursor = None,
) -> Response:
    """All principals with their grants, also those that are disabled."""
    after = None if cursor is None else UUID(cursor)
    found = await list_principals(connection, name=name, after=after, limit=limit + 1)
    ids, items = [one.id for one in found], [principal_json(one) for one in found]
    return json_reply(page_json(Listed.PRINCIPALS, ids, items, limit))


@router.post(
    "",
    status_code=201,
    response_model=PrincipalReply,
    responses=problems(*BODY, "conflict"),
    dependencies=[requires(Permission.PRINCIPAL_WRITE)],
)
async def post_principal(
    body: PostPrincipal, connection: WriteConnection, author: CurrentAuthor
) -> Response:
    """Make a principal, with first grants if there are any; a token of its own comes next."""
    check_readable_name("/name", body.name)
    grants = [grant_of(one, f"/grants/{index}") for index, one in enumerate(body.grants)]
    at = await database_now(connection)
    made = await create_principal(
        connection, author, name=body.name, kind=PrincipalKind(body.kind), grants=grants, at=at
    )
    found = await existing_principal(connection, made)
    return json_reply(principal_json(found), status=201)


@router.delete(
    "/{id}",
    response_model=PrincipalReply,
    responses=problems("conflict", "not-found"),
    dependencies=[requires(Permission.PRINCIPAL_WRITE)],
)
async def delete_principal(
    id: StoredId,  # noqa: A002 - the wire's name
    connection: WriteConnection,
    author: CurrentAuthor,
) -> Response:
    """Disable a principal for good: its tokens stop working, its name stays in the history."""
    at = await database_now(connection)
    found = await disable_principal(connection, author, principal_id=UUID(id), at=at)
    return json_reply(principal_json(found))
