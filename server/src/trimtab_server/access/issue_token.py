"""A principal gets a token, which is shown once."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.fact import Actor, fact_by
from trimtab_server.audit.record import AuditAction, record

from .errors import UnknownPrincipal
from .models import principal, token
from .token_format import mint

DEFAULT_DAYS = 90


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token. `text` exists here and nowhere else; only its digest is stored."""

    text: str = field(repr=False)
    public_id: str
    last4: str
    expires_at: datetime


async def issue_token(
    connection: AsyncConnection,
    actor: Actor,
    *,
    principal_id: UUID,
    name: str,
    expires_at: datetime,
    at: datetime,
    application: str | None = None,
    environment: str | None = None,
) -> IssuedToken:
    """Issue a token, optionally bound to an application or environment; it always expires.

    Raises:
        UnknownPrincipal: there is none of that id, or it is disabled.
        ValueError: `expires_at` is not after `at`.
    """
    if expires_at <= at:
        raise ValueError("a token must expire after it is issued")
    statement = select(principal.c.name).where(
        principal.c.id == principal_id, principal.c.disabled_at.is_(None)
    )
    owner = (await connection.execute(statement)).scalar_one_or_none()
    if owner is None:
        raise UnknownPrincipal
    minted = mint()
    row = {
        "id": uuid4(),
        "public_id": minted.public_id,
        "principal_id": principal_id,
        "hash": minted.digest,
        "last4": minted.last4,
        "name": name,
        "created_at": at,
        "expires_at": expires_at,
        "application": application,
        "environment": environment,
    }
    await connection.execute(insert(token).values(row))
    subject = {
        "token": minted.public_id,
        "name": name,
        "principal": str(principal_id),
        "principalName": owner,
        "expiresAt": expires_at.isoformat(),
        "application": application,
        "environment": environment,
    }
    fact = fact_by(actor, AuditAction.TOKEN_ISSUED, subject)
    await record(connection, SYSTEM_CHAIN, [fact], at)
    return IssuedToken(minted.text, minted.public_id, minted.last4, expires_at)
