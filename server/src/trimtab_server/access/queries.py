"""Reading principals, tokens and grants."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from .models import access_grant, principal, token
from .permission import Role
from .principal import Grant, Principal, PrincipalKind


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A stored token and whose it is."""

    digest: str
    revoked: bool
    principal: Principal


async def find_token(connection: AsyncConnection, public_id: str) -> KnownToken | None:
    """The token of that id with its principal, also where it no longer counts."""
    columns = (
        token.c.id.label("token_id"),
        token.c.hash,
        token.c.expires_at,
        token.c.revoked_at,
        token.c.application,
        token.c.environment,
        principal.c.id.label("principal_id"),
        principal.c.name,
        principal.c.kind,
        principal.c.disabled_at,
    )
    statement = (
        select(*columns)
        .join_from(token, principal, token.c.principal_id == principal.c.id)
        .where(token.c.public_id == public_id)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    owner = Principal(
        id=row.principal_id,
        name=row.name,
        kind=PrincipalKind(row.kind),
        token_id=row.token_id,
        token_expires_at=row.expires_at,
        grants=await list_grants(connection, row.principal_id),
        application=row.application,
        environment=row.environment,
    )
    gone = row.revoked_at is not None or row.disabled_at is not None
    return KnownToken(row.hash, gone, owner)


async def list_grants(connection: AsyncConnection, principal_id: UUID) -> tuple[Grant, ...]:
    """The grants of a principal. A role this server does not know gives nothing."""
    columns = access_grant.c
    statement = (
        select(columns.role, columns.application, columns.environment, columns.category)
        .where(columns.principal_id == principal_id)
        .order_by(columns.created_at, columns.id)
    )
    rows = (await connection.execute(statement)).all()
    return tuple(
        Grant(Role(row.role), row.application, row.environment, row.category)
        for row in rows
        if row.role in set(Role)
    )


async def find_principal_id(connection: AsyncConnection, name: str) -> UUID | None:
    """The id of the principal of that name."""
    statement = select(principal.c.id).where(principal.c.name == name)
    return (await connection.execute(statement)).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class TokenState:
    """A token as its administration sees it."""

    id: UUID
    principal_id: UUID
    name: str
    revoked_at: datetime | None


async def lock_token(connection: AsyncConnection, public_id: str) -> TokenState | None:
    """The token of that id, which nobody else changes until the transaction ends."""
    columns = token.c
    statement = (
        select(columns.id, columns.principal_id, columns.name, columns.revoked_at)
        .where(columns.public_id == public_id)
        .with_for_update()
    )
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else TokenState(*row)
