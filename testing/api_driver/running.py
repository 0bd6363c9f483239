"""An ASGI application as a server runs it: started, called, stopped, all in one event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@asynccontextmanager
async def running_app(app: ASGIApp) -> AsyncIterator[ASGIApp]:
    """The application between its startup and its shutdown; requests get its lifespan state."""
    state: dict[str, Any] = {}
    said: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
    task = asyncio.create_task(_run(app, scope, said.get, heard.put))

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    await _exchange(said, heard, "lifespan.startup")
    try:
        yield with_state
    finally:
        await _exchange(said, heard, "lifespan.shutdown")
        await task


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _exchange(
    said: "asyncio.Queue[Message]", heard: "asyncio.Queue[Message]", word: str
) -> None:
    await said.put({"type": word})
    async with asyncio.timeout(10):
        answer = await heard.get()
    assert answer["type"] == f"{word}.complete", answer
