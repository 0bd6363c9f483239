"""Somebody, or some program, gets a name and grants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import PrincipalExists
from .models import access_grant, principal
from .principal import Grant, PrincipalKind
from .queries import find_principal_id


async def create_principal(
    connection: AsyncConnection,
    actor: Actor,
    *,
    name: str,
    kind: PrincipalKind,
    grants: Sequence[Grant],
    at: datetime,
) -> UUID:
    """Create a principal with its first grants; the system chain says by whom.

    Raises:
        PrincipalExists: the name is taken, also by one that is disabled.
    """
    if await find_principal_id(connection, name) is not None:
        raise PrincipalExists
    principal_id = uuid4()
    row = {"id": principal_id, "name": name, "kind": kind.value, "created_at": at}
    await connection.execute(insert(principal).values(row))
    if grants:
        rows = [_grant_row(principal_id, grant, at) for grant in grants]
        await connection.execute(insert(access_grant), rows)
    who = {"principal": str(principal_id), "name": name}
    facts = [fact_by(actor, AuditAction.PRINCIPAL_CREATED, who | {"kind": kind.value})]
    facts += [
        fact_by(actor, AuditAction.GRANT_GIVEN, who | {"grant": _scope_of(grant)})
        for grant in grants
    ]
    await record(connection, SYSTEM_CHAIN, facts, at)
    return principal_id


def _grant_row(principal_id: UUID, grant: Grant, at: datetime) -> dict[str, Any]:
    return {"id": uuid4(), "principal_id": principal_id, "created_at": at} | _scope_of(grant)


def _scope_of(grant: Grant) -> dict[str, str | None]:
    return {
        "role": grant.role.value,
        "application": grant.application,
        "environment": grant.environment,
        "category": grant.category,
    }
