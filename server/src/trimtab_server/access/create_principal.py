"""Somebody, or some program, gets a name and grants."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import PrincipalExists
from .give_grant import give_grant
from .models import principal
from .principal import Grant, Identity, PrincipalKind
from .queries import find_principal_id


async def create_principal(
    connection: AsyncConnection,
    actor: Actor,
    *,
    name: str,
    kind: PrincipalKind,
    grants: Sequence[Grant],
    at: datetime,
    identity: Identity | None = None,
) -> UUID:
    """Create a principal with its first grants; the system chain says by whom.

    Raises:
        PrincipalExists: the name or the identity is taken, also by one that is disabled.
    """
    if await find_principal_id(connection, name) is not None:
        raise PrincipalExists(name)
    principal_id = uuid4()
    known_as = {} if identity is None else asdict(identity)
    row = {"id": principal_id, "name": name, "kind": kind.value, "created_at": at, **known_as}
    try:
        await connection.execute(insert(principal).values(row))
    except IntegrityError:  # somebody else's transaction was first
        raise PrincipalExists(name) from None
    subject = {"principal": str(principal_id), "name": name, "kind": kind.value, **known_as}
    fact = fact_by(actor, AuditAction.PRINCIPAL_CREATED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    for grant in grants:
        await give_grant(connection, actor, principal_id=principal_id, grant=grant, at=at)
    return principal_id
