"""A principal loses a grant, on every server as soon as each asks again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import UnknownGrant
from .last_admin import keep_an_admin
from .models import access_grant
from .queries import StoredGrant, find_grant


async def take_grant(
    connection: AsyncConnection, actor: Actor, *, grant_id: UUID, at: datetime
) -> StoredGrant:
    """Take the grant away and return what it was.

    Raises:
        UnknownGrant: there is none of that id.
        LastAdmin: nobody would be left who administers everything.
    """
    held = await find_grant(connection, grant_id, lock=True)
    if held is None:
        raise UnknownGrant
    await connection.execute(delete(access_grant).where(access_grant.c.id == grant_id))
    subject = {
        "principal": str(held.principal_id),
        "name": held.principal,
        "grant": {
            "role": held.role,
            "application": held.application,
            "environment": held.environment,
            "category": held.category,
        },
    }
    fact = fact_by(actor, AuditAction.GRANT_TAKEN, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    if held.grant is not None:
        await keep_an_admin(connection, [held.grant], at)
    return held
