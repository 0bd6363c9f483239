"""A token stops working, on every server as soon as each asks again."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .existing import existing_token
from .last_admin import keep_an_admin
from .models import token


async def revoke_token(
    connection: AsyncConnection, actor: Actor, *, public_id: str, at: datetime
) -> bool:
    """Revoke the token; False, and nothing written, where it was revoked before.

    Raises:
        UnknownToken: there is none of that id.
        LastAdmin: nobody would be left who administers everything.
    """
    stored = await existing_token(connection, public_id, lock=True)
    if stored.revoked_at is not None:
        return False
    await connection.execute(
        update(token).where(token.c.id == stored.info.id).values(revoked_at=at)
    )
    subject = {
        "token": public_id,
        "name": stored.info.name,
        "principal": str(stored.owner.id),
        "principalName": stored.owner.name,
    }
    fact = fact_by(actor, AuditAction.TOKEN_REVOKED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    if stored.is_live(at) and not stored.info.is_bound:
        await keep_an_admin(connection, stored.owner.grants, at)
    return True
