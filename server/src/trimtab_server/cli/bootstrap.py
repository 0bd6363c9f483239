"""The first start: without any token nobody could ever get in."""

from datetime import timedelta

from sqlalchemy import select

from trimtab_server.access.models import token
from trimtab_server.cli.admin_token import issue_admin_token
from trimtab_server.infra.database import Database

_LIFETIME = timedelta(hours=1)


async def ensure_bootstrap_token(database: Database) -> str | None:
    """An admin token that ends in an hour, if there has never been a token; else None."""
    async with database.write() as connection:
        if (await connection.execute(select(token.c.id).limit(1))).first() is not None:
            return None
        return (await issue_admin_token(connection, "bootstrap", _LIFETIME)).text
