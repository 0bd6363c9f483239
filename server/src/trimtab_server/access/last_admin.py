"""Somebody must be able to administer everything, or nobody ever gets that right again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from .errors import LastAdmin
from .models import access_grant, principal, token
from .permission import Role
from .principal import Grant

_EVERYTHING = Grant(Role.ADMIN)


async def keep_an_admin(connection: AsyncConnection, taken: Iterable[Grant], at: datetime) -> None:
    """Called when the act is done and recorded, before it is committed: one admin must be left.

    Recording has locked the system chain, so two admins cannot remove each other at once.

    Raises:
        LastAdmin: `taken` let somebody administer everything, and nobody else with a live token
            does.
    """
    if _EVERYTHING in taken and not await _has_admin(connection, at):
        raise LastAdmin


async def _has_admin(connection: AsyncConnection, at: datetime) -> bool:
    held, lets_in = access_grant.c, token.c
    statement = (
        select(principal.c.id)
        .join_from(principal, access_grant, held.principal_id == principal.c.id)
        .join(token, lets_in.principal_id == principal.c.id)
        .where(
            principal.c.disabled_at.is_(None),
            held.role == Role.ADMIN.value,
            *(held[name].is_(None) for name in ("application", "environment", "category")),
            lets_in.revoked_at.is_(None),
            lets_in.expires_at > at,
            *(lets_in[name].is_(None) for name in ("application", "environment")),
        )
        .limit(1)
    )
    return (await connection.execute(statement)).first() is not None
