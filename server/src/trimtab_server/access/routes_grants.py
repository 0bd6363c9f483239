"""`/api/v1/grants`: who may do what where. Nobody gives, or takes away, more than they hold."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from trimtab_server.http.cursor import GrantCursor, Listed, PageSize
from trimtab_server.http.responses import BODY, problems
from trimtab_server.http.sessions import ReadConnection, WriteConnection
from trimtab_server.http.stored_id import StoredId
from trimtab_server.http.wire import json_reply
from trimtab_server.infra.database import database_now

from .author import CurrentAuthor
from .decide import decide, holds, require
from .errors import MoreThanHeld, UnknownGrant, UnknownPrincipal
from .give_grant import give_grant
from .names import check_no_credential
from .permission import Permission, Role
from .principal import Grant, Principal
from .queries import StoredGrant, find_grant, find_principal_id, select_grants
from .replies import grant_json, page_json
from .requires import CurrentPrincipal, requires
from .schemas import GrantPage, GrantReply, PostGrant, Scope
from .take_grant import take_grant

router = APIRouter(prefix="/api/v1/grants", tags=["access"])


@router.get(
    "",
    response_model=GrantPage,
    responses=problems(),
    dependencies=[requires(Permission.GRANT_READ, decided_inside=True)],
)
async def get_grants(
    connection: ReadConnection,
    caller: CurrentPrincipal,
    principal: Annotated[
        str | None, Query(max_length=255, description="Whose.", examples=["ci"])
    ] = None,
    limit: PageSize = 100,
    cursor: GrantCursor = None,
) -> Response:
    """All grants within what the caller administers or audits; a page may hold fewer than asked."""
    after = None if cursor is None else UUID(cursor)
    found = await select_grants(connection, owner=principal, after=after, limit=limit + 1)
    items = [
        grant_json(one)
        for one in found[:limit]
        if decide(caller, Permission.GRANT_READ, **_place(one))
    ]
    return json_reply(page_json(Listed.GRANTS, [one.id for one in found], items, limit))


@router.post(
    "",
    status_code=201,
    response_model=GrantReply,
    responses={
        200: {"model": GrantReply, "description": "It is held already."},
        **problems(*BODY, "not-found"),
    },
    dependencies=[requires(Permission.GRANT_WRITE, decided_inside=True)],
)
async def post_grant(
    body: PostGrant, connection: WriteConnection, caller: CurrentPrincipal, author: CurrentAuthor
) -> Response:
    """Give a principal a role within a scope, which must lie within the giver's own."""
    grant = grant_of(body)
    _check_holds(caller, grant)
    owner = await find_principal_id(connection, body.principal)
    if owner is None:
        raise UnknownPrincipal
    at = await database_now(connection)
    given, is_new = await give_grant(connection, author, principal_id=owner, grant=grant, at=at)
    return json_reply(grant_json(given), status=201 if is_new else 200)


@router.delete(
    "/{id}",
    response_model=GrantReply,
    responses=problems("conflict", "not-found"),
    dependencies=[requires(Permission.GRANT_WRITE, decided_inside=True)],
)
async def delete_grant(
    id: StoredId,  # noqa: A002 - the wire's name
    connection: WriteConnection,
    caller: CurrentPrincipal,
    author: CurrentAuthor,
) -> Response:
    """Take a grant away; the answer says what it was."""
    held = await find_grant(connection, UUID(id))
    if held is None or not decide(caller, Permission.GRANT_READ, **_place(held)):
        raise UnknownGrant
    if held.grant is not None:
        _check_holds(caller, held.grant)
    at = await database_now(connection)
    return json_reply(grant_json(await take_grant(connection, author, grant_id=UUID(id), at=at)))


def grant_of(scope: Scope, pointer: str = "") -> Grant:
    """The grant that a body names; raises MalformedRequest where a name is a credential."""
    grant = Grant(Role(scope.role), scope.application, scope.environment, scope.category)
    for name, value in grant.scope_json().items():
        check_no_credential(f"{pointer}/{name}", value or "")
    return grant


def _check_holds(caller: Principal, grant: Grant) -> None:
    require(
        caller,
        Permission.GRANT_WRITE,
        application=grant.application,
        environment=grant.environment,
        category=grant.category,
    )
    if not holds(caller, grant):
        raise MoreThanHeld


def _place(held: StoredGrant) -> dict[str, str | None]:
    return {
        "application": held.application,
        "environment": held.environment,
        "category": held.category,
    }
