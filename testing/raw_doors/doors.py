"""The two sockets, and the application behind them."""

import asyncio
import email.utils
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api_driver import Api, Store, running_app
from trimtab_server.app import Server, create_app
from trimtab_server.cli.protocol import TransportProtocol
from trimtab_server.delivery.kept_answer import RawHeaders
from trimtab_server.delivery.request_memo import RequestMemo
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

from .connection import Connection


class CountingMemo:
    """The application's memo, and how often it was asked and has answered."""

    def __init__(self, memo: RequestMemo) -> None:
        self.memo = memo
        self.asked = self.answered = 0

    def answer(
        self, head: bytes, peer: str | None, headers: RawHeaders, write: Callable[[bytes], None]
    ) -> bool:
        """As the memo does."""
        self.asked += 1
        is_answered = self.memo.answer(head, peer, headers, write)
        self.answered += is_answered
        return is_answered


@dataclass(slots=True)
class Doors:
    """`memo_port` and `plain_port` of one application; `api` is how its administrator uses it."""

    app: Server
    api: Api
    store: Store
    memo: CountingMemo
    server: ServerState
    memo_port: int
    plain_port: int
    _connections: list[Connection] = field(default_factory=list)

    async def through_memo(self) -> Connection:
        """A connection to the server's own protocol."""
        return await self._to(self.memo_port)

    async def plain(self) -> Connection:
        """A connection to uvicorn's."""
        return await self._to(self.plain_port)

    async def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._connections:
            await connection.close()
        self._connections.clear()

    async def _to(self, port: int) -> Connection:
        self._connections.append(await Connection.to(port))
        return self._connections[-1]

    def forget(self) -> None:
        """Let every token be proven again."""
        self.app.state.door.authenticate.forget()


@asynccontextmanager
async def open_doors(
    url: str, *, keep_alive_seconds: float = 30, **settings: Any
) -> AsyncIterator[Doors]:
    """A new application on an empty database, behind both."""
    store = Store(Database(url))
    await store.prepare()
    root = await store.issue_admin("root")
    app = create_app(Settings(database_url=url, **({"rate_limits": "off"} | settings)))
    assert isinstance(app, Server)
    assert app.direct_reads is not None
    memo = CountingMemo(app.direct_reads.memo)
    state = ServerState()
    state.default_headers = [(b"date", email.utils.formatdate(usegmt=True).encode())]
    try:
        async with (
            running_app(app) as running,
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(running), base_url="http://trimtab.test"
            ) as client,
        ):
            config = uvicorn.Config(running, access_log=False, log_config=None)
            config.timeout_keep_alive = keep_alive_seconds  # type: ignore[assignment]  # less than 1 s

            loop, lifespan_state = asyncio.get_running_loop(), {"request_memo": memo}
            listening = [
                await loop.create_server(
                    partial(kind, config, state, lifespan_state), "127.0.0.1", 0
                )
                for kind in (TransportProtocol, HttpToolsProtocol)
            ]
            ports = [one.sockets[0].getsockname()[1] for one in listening]
            doors = Doors(app, Api(client, root), store, memo, state, *ports)
            try:
                yield doors
            finally:
                await doors.close()
                for one in listening:
                    one.close()
                for connection in list(state.connections):
                    connection.transport.abort()
    finally:
        await store.database.dispose()
