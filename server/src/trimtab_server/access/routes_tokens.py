"""`/api/v1/tokens`: a token is shown once, when it is made."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from trimtab_server.http.cursor import Listed, PageSize, TokenCursor
from trimtab_server.http.responses import BODY, problems
from trimtab_server.http.sessions import ReadConnection, WriteConnection
from trimtab_server.http.wire import json_reply
from trimtab_server.infra.database import database_now

from .author import CurrentAuthor
from .errors import UnknownPrincipal
from .existing import existing_token
from .issue_token import issue_token
from .names import check_no_credential, check_readable_name
from .permission import Permission
from .queries import find_principal_id, list_tokens
from .replies import new_token_json, page_json, token_json
from .requires import requires
from .revoke_token import revoke_token
from .rotate_token import rotate_token
from .schemas import NewToken, PostRotation, PostToken, TokenPage, TokenReply

router = APIRouter(prefix="/api/v1/tokens", tags=["access"])
TokenId = Annotated[
    str,
    Path(
        pattern=r"^[0-9A-Za-z]{12}$",
        description="The part between `tt_` and the secret. Never a whole token.",
        examples=["4fTq0ZkP9sXa"],
    ),
]


@router.get(
    "",
    response_model=TokenPage,
    responses=problems(),
    dependencies=[requires(Permission.TOKEN_READ)],
)
async def get_tokens(
    connection: ReadConnection,
    principal: Annotated[
        str | None, Query(max_length=255, description="Whose.", examples=["ci"])
    ] = None,
    limit: PageSize = 100,
    cursor: TokenCursor = None,
) -> Response:
    """All tokens, also those that ended, without themselves."""
    after = None if cursor is None else UUID(cursor)
    found = await list_tokens(connection, owner=principal, after=after, limit=limit + 1)
    ids, items = [one.info.id for one in found], [token_json(one) for one in found]
    return json_reply(page_json(Listed.TOKENS, ids, items, limit))


@router.post(
    "",
    status_code=201,
    response_model=NewToken,
    responses=problems(*BODY, "not-found"),
    dependencies=[requires(Permission.TOKEN_WRITE)],
)
async def post_token(
    body: PostToken, connection: WriteConnection, author: CurrentAuthor
) -> Response:
    """Make a token of a principal; `token` in the answer is shown this once.

    Bound to an application or environment it reaches nothing else, whatever its principal may do,
    and means these where a request names none.
    """
    name = body.name or body.principal
    check_readable_name("/name", name)
    for pointer, bound in (("/application", body.application), ("/environment", body.environment)):
        check_no_credential(pointer, bound or "")
    owner = await find_principal_id(connection, body.principal)
    if owner is None:
        raise UnknownPrincipal
    at = await database_now(connection)
    issued = await issue_token(
        connection,
        author,
        principal_id=owner,
        name=name,
        expires_at=at + timedelta(days=body.expires_in_days),
        at=at,
        application=body.application,
        environment=body.environment,
    )
    made = await existing_token(connection, issued.public_id)
    return json_reply(new_token_json(made, issued), status=201)


@router.post(
    "/{id}/rotate",
    status_code=201,
    response_model=NewToken,
    responses=problems(*BODY, "conflict", "not-found"),
    dependencies=[requires(Permission.TOKEN_WRITE)],
)
async def post_rotation(
    id: TokenId,  # noqa: A002 - the wire's name
    body: PostRotation,
    connection: WriteConnection,
    author: CurrentAuthor,
) -> Response:
    """A new token in place of this one, bound alike; both work until the overlap is over."""
    at = await database_now(connection)
    days = body.expires_in_days
    issued = await rotate_token(
        connection,
        author,
        public_id=id,
        overlap=timedelta(hours=body.overlap_hours),
        lifetime=None if days is None else timedelta(days=days),
        at=at,
    )
    made = await existing_token(connection, issued.public_id)
    return json_reply(new_token_json(made, issued), status=201)


@router.delete(
    "/{id}",
    response_model=TokenReply,
    responses=problems("conflict", "not-found"),
    dependencies=[requires(Permission.TOKEN_WRITE)],
)
async def delete_token(
    id: TokenId,  # noqa: A002 - the wire's name
    connection: WriteConnection,
    author: CurrentAuthor,
) -> Response:
    """End a token: within seconds no server takes it any more. Again: no change."""
    at = await database_now(connection)
    await revoke_token(connection, author, public_id=id, at=at)
    return json_reply(token_json(await existing_token(connection, id)))
