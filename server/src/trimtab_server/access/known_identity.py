"""The principal that stands for somebody whom an issuer knows; made when they first come."""

import hashlib

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.infra.database import Database, database_now

from .author import Author, Channel
from .create_principal import create_principal
from .errors import PrincipalExists
from .names import MAX_NAME_LENGTH
from .principal import Identity, PrincipalKind
from .queries import StoredPrincipal, find_principal

_DIGEST_LENGTH = 16


async def known_identity(database: Database, identity: Identity) -> StoredPrincipal:
    """The principal of that issuer and subject with the grants it was given, also if disabled.

    One that is new may do nothing of itself: what its groups give is not stored.
    """
    async with database.read() as connection:
        found = await find_principal(connection, identity=identity)
    if found is not None:
        return found
    try:
        async with database.write() as connection:
            return await _provisioned(connection, identity)
    except PrincipalExists:  # another request of theirs was first
        async with database.read() as connection:
            found = await find_principal(connection, identity=identity)
        if found is None:
            raise
        return found


async def _provisioned(connection: AsyncConnection, identity: Identity) -> StoredPrincipal:
    name = _name(identity)
    if await find_principal(connection, name=name) is not None:
        name = _unmistakable_name(identity)  # an administrator has given the plain one away
    principal_id = await create_principal(
        connection,
        Author(id="oidc", name=identity.issuer, channel=Channel.SERVER),
        name=name,
        kind=PrincipalKind.PERSON,
        grants=(),
        at=await database_now(connection),
        identity=identity,
    )
    made = await find_principal(connection, principal_id=principal_id)
    if made is None:
        raise PrincipalExists(name)
    return made


def _name(identity: Identity) -> str:
    """For people to read, in lists and in history: both parts of who it is."""
    name = f"{identity.subject} ({identity.issuer})"
    return name if len(name) <= MAX_NAME_LENGTH else _unmistakable_name(identity)


def _unmistakable_name(identity: Identity) -> str:
    told = f"{len(identity.issuer)}:{identity.issuer}{identity.subject}".encode()
    digest = hashlib.sha256(told).hexdigest()[:_DIGEST_LENGTH]
    return f"{identity.subject[:60]} ({identity.issuer[:150]}) {digest}"
