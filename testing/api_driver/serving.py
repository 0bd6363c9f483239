"""An application of a test's own, an administrator, and whoever else the test needs."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import select
from starlette.types import ASGIApp

from trimtab_server.access.authentication import Door
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.audit.models import audit_entry
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

from .api import Api
from .running import running_app
from .store import Store


@dataclass(frozen=True, slots=True)
class Served:
    """A running application; `api` is how its administrator `root` uses it.

    `app` is the application itself, to be called as a server calls it.
    """

    app: ASGIApp
    api: Api
    store: Store
    door: Door

    async def as_(self, name: str, *grants: Grant) -> Api:
        """The API as somebody new with these grants uses it."""
        return self.api.as_(await self.store.issue(name, *grants))

    async def trail(self, action: str | None = None) -> list[dict[str, Any]]:
        """The system chain's entries in order, or only those of one action."""
        query = select(audit_entry.c.body).where(audit_entry.c.chain == "system")
        if action is not None:
            query = query.where(audit_entry.c.action == action)
        async with self.store.database.read() as connection:
            bodies = await connection.scalars(query.order_by(audit_entry.c.seq))
            return [json.loads(body) for body in bodies]

    def forget(self) -> None:
        """As if the moment had passed for which a proven token is remembered."""
        self.door.authenticate.forget()


@asynccontextmanager
async def serving(
    url: str, *, address: str = "192.0.2.7", **settings: Any
) -> AsyncIterator[Served]:
    """A new application on an empty database; requests come from that address."""
    store = Store(Database(url))
    await store.prepare()
    root = await store.issue_admin("root")
    quiet: dict[str, Any] = {"max_streams": 0, "rate_limits": "off"}
    app = create_app(Settings(database_url=url, **(quiet | settings)))
    async with (
        running_app(app) as running,
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(running, client=(address, 123)),
            base_url="http://trimtab.test",
        ) as client,
    ):
        yield Served(running, Api(client, root), store, app.state.door)
    await store.database.dispose()
