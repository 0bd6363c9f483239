"""One token or principal that must be there."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from .errors import UnknownPrincipal, UnknownToken
from .queries import StoredPrincipal, StoredToken, find_principal, find_token


async def existing_token(
    connection: AsyncConnection, public_id: str, *, lock: bool = False
) -> StoredToken:
    """The token of that id, also where it no longer counts.

    Raises:
        UnknownToken: there is none.
    """
    found = await find_token(connection, public_id, lock=lock)
    if found is None:
        raise UnknownToken
    return found


async def existing_principal(
    connection: AsyncConnection, principal_id: UUID, *, lock: bool = False
) -> StoredPrincipal:
    """The principal of that id, also where it is disabled.

    Raises:
        UnknownPrincipal: there is none.
    """
    found = await find_principal(connection, principal_id=principal_id, lock=lock)
    if found is None:
        raise UnknownPrincipal
    return found
