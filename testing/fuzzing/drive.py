"""Hand requests to an ASGI application, several at a time, without any client between."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from .requests import Drawn

_AT_ONCE = 8  # writes of one application share a transaction
_SECONDS_EACH = 30.0


@dataclass(slots=True)
class Outcome:
    """How many requests had which status, by operation, and those that must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Drawn, str]] = field(default_factory=list)


async def fuzz(
    app: ASGIApp, requests: Iterable[Drawn], token_for: Callable[[Drawn], str | None]
) -> Outcome:
    """Send all of them; a status of 500 or more, an exception or silence is a fault."""
    outcome = Outcome()
    waiting = iter(requests)

    async def work() -> None:
        for request in waiting:
            status, fault = await _send(app, request, token_for(request))
            outcome.statuses[status] += 1
            outcome.operations[request.operation] += 1
            if fault or status >= 500:
                outcome.faults.append((request, fault or str(status)))

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    return outcome


async def _send(app: ASGIApp, request: Drawn, token: str | None) -> tuple[int, str]:
    answer = _Answer(request)
    try:
        async with asyncio.timeout(_SECONDS_EACH):
            await app(_scope(request, token), answer.receive, answer.send)
    except TimeoutError:
        return answer.status, "no answer"
    except Exception as error:  # noqa: BLE001 - whatever leaves the application is what is sought
        return answer.status, repr(error)
    return answer.status, "" if answer.status else "no answer"


class _Answer:
    """One exchange. A stream is left as soon as it has begun, as a client may at any time."""

    def __init__(self, request: Drawn) -> None:
        self.status = 0
        self._body = request.body
        self._is_sent = False
        self._is_over = asyncio.Event()
        self._is_stream = request.operation.endswith("/stream")

    async def receive(self) -> Message:
        if not self._is_sent:
            self._is_sent = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._is_over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            if self._is_stream:
                self._is_over.set()
        elif not message.get("more_body"):
            self._is_over.set()


def _scope(request: Drawn, token: str | None) -> dict[str, Any]:
    headers = [(b"host", b"trimtab.test"), *request.headers]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if request.body:
        headers.append((b"content-length", str(len(request.body)).encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path),
        "raw_path": request.path.encode(),
        "query_string": request.query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 4711),
        "server": ("trimtab.test", 80),
        "state": {},
    }
