"""The database under the application: prepared once, emptied between tests, compared as a whole."""

import itertools
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from raw_rows import without_triggers
from trimtab_server.access.author import Author, Channel
from trimtab_server.access.create_principal import create_principal
from trimtab_server.access.issue_token import issue_token
from trimtab_server.access.models import access_grant, principal, token
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, PrincipalKind
from trimtab_server.audit.chain import SYSTEM_CHAIN
from trimtab_server.audit.models import audit_chain
from trimtab_server.catalog.create_application import create_application
from trimtab_server.catalog.models import application
from trimtab_server.delivery.models import server_node
from trimtab_server.infra.database import Database, database_now
from trimtab_server.migrations.move import upgrade
from trimtab_server.migrations.tables import metadata

SERVER = Author(id="server", name="server", channel=Channel.SERVER)
_epochs = itertools.count(1_800_000_000)


class Store:
    """One database; principals and tokens it issued stay, all else goes at each `reset`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._issued: dict[Table, list[dict[str, Any]]] = {}

    async def prepare(self) -> None:
        """Schema and first application."""
        await upgrade(self.database)
        await self.reset()

    async def reset(self) -> None:
        """Only the application `default` with its first environments, in an epoch of its own."""
        async with self.database.write() as connection:
            async with without_triggers(connection):
                for table in reversed(metadata.sorted_tables):
                    await connection.execute(delete(table))
            for table, rows in self._issued.items():
                await connection.execute(insert(table), rows)
            await create_application(connection, SERVER, "default")
        await self.set_epoch(next(_epochs))

    async def set_epoch(self, epoch: int) -> None:
        """Let every application's revisions be of this epoch."""
        async with self.database.write() as connection:
            await connection.execute(update(application).values(epoch=epoch))

    async def issue(
        self,
        name: str,
        *grants: Grant,
        application: str | None = None,
        environment: str | None = None,
        lifetime: timedelta = timedelta(hours=1),
    ) -> str:
        """The token of a new principal."""
        async with self.database.write() as connection:
            now = await database_now(connection)
            principal_id = await create_principal(
                connection, SERVER, name=name, kind=PrincipalKind.SERVICE, grants=grants, at=now
            )
            issued = await issue_token(
                connection,
                SERVER,
                principal_id=principal_id,
                name=name,
                expires_at=now + lifetime,
                at=now,
                application=application,
                environment=environment,
            )
            for table in (principal, token, access_grant):
                found = (await connection.execute(select(table))).mappings()
                if rows := [dict(row) for row in found]:
                    self._issued[table] = rows
        return issued.text

    async def issue_admin(self, name: str) -> str:
        """The token of a new administrator."""
        return await self.issue(name, Grant(Role.ADMIN))

    async def dump(self) -> dict[str, list[str]]:
        """Every row of every table, as texts: two dumps are equal if nothing was stored between.

        Without what a refused request may leave: its entry, and when its token was last used.
        """
        dumped: dict[str, list[str]] = {}
        async with self.database.read() as connection:
            for table in metadata.sorted_tables:
                if table is server_node:
                    continue  # which processes run is nothing that a request stores
                columns = [one for one in table.columns if one is not token.c.last_used_at]
                chain = table.columns.get("name" if table is audit_chain else "chain")
                where = [] if chain is None else [chain != SYSTEM_CHAIN]
                query = select(*columns).where(*where)
                rows: list[Any] = list((await connection.execute(query)).all())
                dumped[table.name] = sorted(map(repr, rows))
        return dumped
