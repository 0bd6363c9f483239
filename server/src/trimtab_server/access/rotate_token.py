"""A token is followed by a new one; both work while programs change over."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import TokenEnded
from .existing import existing_token
from .issue_token import IssuedToken, issue_token
from .models import token


async def rotate_token(
    connection: AsyncConnection,
    actor: Actor,
    *,
    public_id: str,
    overlap: timedelta,
    lifetime: timedelta | None,
    at: datetime,
) -> IssuedToken:
    """Issue a token that is bound as this one is, which ends when the overlap is over.

    Without `lifetime` the new one lives as long as this one was given.

    Raises:
        UnknownToken: there is none of that id.
        TokenEnded: it is expired or revoked.
    """
    stored = await existing_token(connection, public_id, lock=True)
    if not stored.is_live(at):
        raise TokenEnded
    old = stored.info
    given = old.expires_at - stored.created_at
    issued = await issue_token(
        connection,
        actor,
        principal_id=stored.owner.id,
        name=old.name,
        expires_at=at + (lifetime or given),
        at=at,
        application=old.application,
        environment=old.environment,
    )
    ends_at = min(old.expires_at, at + overlap)
    ended = {"expires_at": ends_at} if overlap else {"revoked_at": at}
    await connection.execute(update(token).where(token.c.id == old.id).values(ended))
    subject = {
        "token": public_id,
        "name": old.name,
        "principal": str(stored.owner.id),
        "principalName": stored.owner.name,
        "followedBy": issued.public_id,
        "endsAt": ends_at.isoformat(),
    }
    fact = fact_by(actor, AuditAction.TOKEN_ROTATED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    return issued
