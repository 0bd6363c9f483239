"""A token stops working, on every server as soon as each asks again."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import UnknownToken
from .models import token
from .queries import lock_token


async def revoke_token(
    connection: AsyncConnection, actor: Actor, *, public_id: str, at: datetime
) -> bool:
    """Revoke the token; False, and nothing written, where it was revoked before.

    Raises:
        UnknownToken: there is none of that id.
    """
    state = await lock_token(connection, public_id)
    if state is None:
        raise UnknownToken
    if state.revoked_at is not None:
        return False
    await connection.execute(update(token).where(token.c.id == state.id).values(revoked_at=at))
    subject = {"token": public_id, "name": state.name, "principal": str(state.principal_id)}
    fact = fact_by(actor, AuditAction.TOKEN_REVOKED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    return True
