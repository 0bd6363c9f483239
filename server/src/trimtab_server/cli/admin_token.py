"""An ordinary expiring token for an administrator, made on the server's own machine."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author, Channel
from trimtab_server.access.create_principal import create_principal
from trimtab_server.access.issue_token import IssuedToken, issue_token
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, PrincipalKind
from trimtab_server.access.queries import find_principal_id
from trimtab_server.infra.database import database_now

SERVER = Author(id="server", name="server", channel=Channel.SERVER)


async def issue_admin_token(
    connection: AsyncConnection, name: str, lifetime: timedelta
) -> IssuedToken:
    """A token for the administrator of that name, who is made if there is none."""
    now = await database_now(connection)
    principal_id = await find_principal_id(connection, name)
    if principal_id is None:
        principal_id = await create_principal(
            connection,
            SERVER,
            name=name,
            kind=PrincipalKind.PERSON,
            grants=[Grant(Role.ADMIN)],
            at=now,
        )
    return await issue_token(
        connection,
        SERVER,
        principal_id=principal_id,
        name=name,
        expires_at=now + lifetime,
        at=now,
    )
