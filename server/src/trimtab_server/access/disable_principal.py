"""A principal is shut out for good: its tokens stop working, its name stays taken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .existing import existing_principal
from .last_admin import keep_an_admin
from .models import principal
from .queries import StoredPrincipal


async def disable_principal(
    connection: AsyncConnection, actor: Actor, *, principal_id: UUID, at: datetime
) -> StoredPrincipal:
    """Disable the principal and return it; where it was disabled before, nothing is written.

    Raises:
        UnknownPrincipal: there is none of that id.
        LastAdmin: nobody would be left who administers everything.
    """
    found = await existing_principal(connection, principal_id, lock=True)
    if found.disabled_at is not None:
        return found
    await connection.execute(
        update(principal).where(principal.c.id == principal_id).values(disabled_at=at)
    )
    subject = {"principal": str(principal_id), "name": found.name}
    fact = fact_by(actor, AuditAction.PRINCIPAL_DISABLED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    await keep_an_admin(connection, found.grants, at)
    return await existing_principal(connection, principal_id)
