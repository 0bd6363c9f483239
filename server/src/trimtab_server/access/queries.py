"""Reading principals, tokens and grants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .models import access_grant, principal, token
from .permission import Role
from .principal import Grant, Identity, PrincipalKind, TokenInfo


@dataclass(frozen=True, slots=True)
class StoredPrincipal:
    """A principal as it is stored, with its grants."""

    id: UUID
    name: str
    kind: PrincipalKind
    created_at: datetime
    disabled_at: datetime | None
    grants: tuple[Grant, ...] = ()
    identity: Identity | None = None


class TokenState(StrEnum):
    """Whether a token lets anybody in, or why it does not."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token as it is stored, also where it no longer counts, and whose it is."""

    info: TokenInfo
    digest: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    owner: StoredPrincipal

    def state(self, at: datetime) -> TokenState:
        """Whether it lets anybody in at that instant, or why not."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if self.owner.disabled_at is not None:
            return TokenState.DISABLED
        return TokenState.LIVE if self.info.expires_at > at else TokenState.EXPIRED

    def is_live(self, at: datetime) -> bool:
        """Whether it lets anybody in at that instant."""
        return self.state(at) is TokenState.LIVE


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant as it is stored, and whose it is."""

    id: UUID
    principal_id: UUID
    principal: str
    role: str
    application: str | None
    environment: str | None
    category: str | None
    created_at: datetime

    @property
    def grant(self) -> Grant | None:
        """What it gives; None for a role that this server does not know."""
        if self.role not in set(Role):
            return None
        return Grant(Role(self.role), self.application, self.environment, self.category)


async def find_token(
    connection: AsyncConnection, public_id: str, *, lock: bool = False
) -> StoredToken | None:
    """The token of that id with its principal and that one's grants.

    With `lock`, nobody else changes the token until the transaction ends.
    """
    statement = _tokens().where(token.c.public_id == public_id)
    if lock:
        statement = statement.with_for_update(of=token)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return _token(row, await list_grants(connection, row.principal_id))


async def list_tokens(
    connection: AsyncConnection, *, owner: str | None, after: UUID | None, limit: int
) -> list[StoredToken]:
    """Tokens in the order of their ids, of one principal or of all; without grants."""
    statement = _tokens().order_by(token.c.id).limit(limit)
    if owner is not None:
        statement = statement.where(principal.c.name == owner)
    if after is not None:
        statement = statement.where(token.c.id > after)
    return [_token(row) for row in await connection.execute(statement)]


async def find_principal(
    connection: AsyncConnection,
    *,
    name: str | None = None,
    principal_id: UUID | None = None,
    identity: Identity | None = None,
    lock: bool = False,
) -> StoredPrincipal | None:
    """The principal of that name, id or identity with its grants, also where it is disabled."""
    columns = principal.c
    if identity is not None:
        is_meant = and_(columns.issuer == identity.issuer, columns.subject == identity.subject)
    else:
        is_meant = columns.name == name if name is not None else columns.id == principal_id
    statement = select(principal).where(is_meant)
    if lock:
        statement = statement.with_for_update()
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _principal(row, await list_grants(connection, row.id))


async def find_principal_id(connection: AsyncConnection, name: str) -> UUID | None:
    """The id of the principal of that name."""
    statement = select(principal.c.id).where(principal.c.name == name)
    return (await connection.execute(statement)).scalar_one_or_none()


async def list_principals(
    connection: AsyncConnection, *, name: str | None, after: UUID | None, limit: int
) -> list[StoredPrincipal]:
    """Principals with their grants, in the order of their ids; or only the one of that name."""
    statement = select(principal).order_by(principal.c.id).limit(limit)
    if name is not None:
        statement = statement.where(principal.c.name == name)
    if after is not None:
        statement = statement.where(principal.c.id > after)
    rows = (await connection.execute(statement)).all()
    grants = await _grants_by_principal(connection, [row.id for row in rows])
    return [_principal(row, grants.get(row.id, ())) for row in rows]


async def find_grant(
    connection: AsyncConnection, grant_id: UUID, *, lock: bool = False
) -> StoredGrant | None:
    """The grant of that id; with `lock`, nobody else takes it away meanwhile."""
    statement = _grants().where(access_grant.c.id == grant_id)
    if lock:
        statement = statement.with_for_update(of=access_grant)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else StoredGrant(*row)


async def find_equal_grant(
    connection: AsyncConnection, principal_id: UUID, grant: Grant
) -> StoredGrant | None:
    """The grant of just this role and scope that the principal holds already."""
    columns = access_grant.c
    where: list[ColumnElement[bool]] = [
        columns.principal_id == principal_id,
        *(columns[name].is_not_distinct_from(value) for name, value in grant.scope_json().items()),
    ]
    row = (await connection.execute(_grants().where(*where).limit(1))).one_or_none()
    return None if row is None else StoredGrant(*row)


async def select_grants(
    connection: AsyncConnection, *, owner: str | None, after: UUID | None, limit: int
) -> list[StoredGrant]:
    """Grants in the order of their ids, of one principal or of all."""
    statement = _grants().order_by(access_grant.c.id).limit(limit)
    if owner is not None:
        statement = statement.where(principal.c.name == owner)
    if after is not None:
        statement = statement.where(access_grant.c.id > after)
    return [StoredGrant(*row) for row in await connection.execute(statement)]


async def list_grants(connection: AsyncConnection, principal_id: UUID) -> tuple[Grant, ...]:
    """The grants of a principal. A role this server does not know gives nothing."""
    return (await _grants_by_principal(connection, [principal_id])).get(principal_id, ())


async def _grants_by_principal(
    connection: AsyncConnection, principal_ids: Collection[UUID]
) -> dict[UUID, tuple[Grant, ...]]:
    columns = access_grant.c
    statement = _grants().where(columns.principal_id.in_(principal_ids))
    found: dict[UUID, tuple[Grant, ...]] = {}
    for row in await connection.execute(statement.order_by(columns.created_at, columns.id)):
        stored = StoredGrant(*row)
        if stored.grant is not None:
            found[stored.principal_id] = (*found.get(stored.principal_id, ()), stored.grant)
    return found


def _grants() -> Select[Any]:
    columns = access_grant.c
    return select(
        columns.id,
        columns.principal_id,
        principal.c.name,
        columns.role,
        columns.application,
        columns.environment,
        columns.category,
        columns.created_at,
    ).join_from(access_grant, principal, columns.principal_id == principal.c.id)


def _tokens() -> Select[Any]:
    return select(
        token,
        principal.c.name.label("owner"),
        principal.c.kind,
        principal.c.created_at.label("owner_created_at"),
        principal.c.disabled_at,
    ).join_from(token, principal, token.c.principal_id == principal.c.id)


def _token(row: Row[Any], grants: tuple[Grant, ...] = ()) -> StoredToken:
    return StoredToken(
        TokenInfo(
            row.id, row.public_id, row.name, row.expires_at, row.application, row.environment
        ),
        digest=row.hash,
        last4=row.last4,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        owner=StoredPrincipal(
            row.principal_id,
            row.owner,
            PrincipalKind(row.kind),
            row.owner_created_at,
            row.disabled_at,
            grants,
        ),
    )


def _principal(row: Row[Any], grants: tuple[Grant, ...]) -> StoredPrincipal:
    identity = None if row.issuer is None else Identity(row.issuer, row.subject)
    return StoredPrincipal(
        row.id, row.name, PrincipalKind(row.kind), row.created_at, row.disabled_at, grants, identity
    )
