"""A principal gets a role within a scope."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import UnknownPrincipal
from .models import access_grant
from .principal import Grant
from .queries import StoredGrant, find_equal_grant, find_principal


async def give_grant(
    connection: AsyncConnection, actor: Actor, *, principal_id: UUID, grant: Grant, at: datetime
) -> tuple[StoredGrant, bool]:
    """Give the grant; False, and nothing written, where the principal holds just this one.

    Raises:
        UnknownPrincipal: there is none of that id, or it is disabled.
    """
    owner = await find_principal(connection, principal_id=principal_id, lock=True)
    if owner is None or owner.disabled_at is not None:
        raise UnknownPrincipal
    held = await find_equal_grant(connection, principal_id, grant)
    if held is not None:
        return held, False
    scope = grant.scope_json()
    given = StoredGrant(uuid4(), principal_id, owner.name, **scope, created_at=at)  # type: ignore[arg-type]
    row = {"id": given.id, "principal_id": principal_id, "created_at": at} | scope
    await connection.execute(insert(access_grant).values(row))
    subject = {"principal": str(principal_id), "name": owner.name, "grant": scope}
    fact = fact_by(actor, AuditAction.GRANT_GIVEN, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    return given, True
