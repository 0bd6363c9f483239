"""What every live token may ask about itself and do to itself."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from trimtab_server.http.instants import instant
from trimtab_server.http.public import public
from trimtab_server.http.responses import BODY, problems
from trimtab_server.http.sessions import WriteConnection
from trimtab_server.http.wire import json_reply
from trimtab_server.infra.database import database_now

from .author import CurrentAuthor
from .existing import existing_token
from .replies import identity_json, new_token_json, token_json
from .requires import CurrentPrincipal
from .revoke_token import revoke_token
from .rotate_token import rotate_token
from .schemas import NewToken, PostOwnRotation, TokenReply, WhoAmI

router = APIRouter(prefix="/api/v1", tags=["access"], dependencies=[public()])


@router.get("/whoami", response_model=WhoAmI, responses=problems())
async def identify_caller(principal: CurrentPrincipal) -> Response:
    """Whose token this is, when it expires, and what it may do; needs no permission."""
    token = principal.token
    return json_reply(
        {
            "id": str(principal.id),
            "name": principal.name,
            "kind": principal.kind.value,
            "token": {
                "id": token.public_id,
                "name": token.name,
                "expiresAt": instant(token.expires_at),
                "application": token.application,
                "environment": token.environment,
            },
            "grants": [grant.scope_json() for grant in principal.grants],
            "identity": identity_json(principal.identity),
            "protectedEnvironments": sorted(principal.protected),
        }
    )


@router.post(
    "/tokens/self/rotate",
    status_code=201,
    response_model=NewToken,
    responses=problems(*BODY, "conflict"),
)
async def rotate_own_token(
    body: PostOwnRotation,
    connection: WriteConnection,
    principal: CurrentPrincipal,
    author: CurrentAuthor,
) -> Response:
    """A new token in place of the one that this request carries, bound alike; needs no permission.

    It lives as long as the old one was given, which goes on until the overlap is over.
    """
    at = await database_now(connection)
    issued = await rotate_token(
        connection,
        author,
        public_id=principal.token.public_id,
        overlap=timedelta(hours=body.overlap_hours),
        lifetime=None,
        at=at,
    )
    made = await existing_token(connection, issued.public_id)
    return json_reply(new_token_json(made, issued), status=201)


@router.delete("/tokens/self", response_model=TokenReply, responses=problems("conflict"))
async def revoke_own_token(
    connection: WriteConnection, principal: CurrentPrincipal, author: CurrentAuthor
) -> Response:
    """End the token that this request carries; needs no permission."""
    public_id = principal.token.public_id
    at = await database_now(connection)
    await revoke_token(connection, author, public_id=public_id, at=at)
    return json_reply(token_json(await existing_token(connection, public_id)))
