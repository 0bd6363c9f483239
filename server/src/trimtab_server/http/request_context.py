"""What every request carries from its first moment: an id, and the address it came from."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trimtab_server.kernel.secrets import scan_text

from .client_address import ClientAddress
from .request_ids import new_request_id

REQUEST_ID_HEADER = "X-Request-Id"
RAW_REQUEST_ID = b"x-request-id"  # as the server hands it on

# Ids go into logs and the audit trail: nothing that could break a line or a shell.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)

# No page of ours is framed, sniffed or cached by anything between; a route may say otherwise.
DEFAULT_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """What a request has already that was read in front of us: an id, which may stand in the audit
    trail by now, and the monotonic time at which it began."""

    request_id: str
    at: float


BEGUN = "trimtab.begun"
"""Where the scope holds it. Not in its state: that is the server's to copy for each request."""


class RequestContextMiddleware:
    """Outermost: gives each request its id and each response the headers all share."""

    def __init__(self, app: ASGIApp, client_address: ClientAddress | None = None) -> None:
        self.app = app
        self._client_address = client_address or ClientAddress()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        begun: Begun | None = scope.get(BEGUN)
        request_id = begun.request_id if begun else request_id_for(scope["headers"])
        state["request_id"] = request_id
        state["address"] = self._client_address(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def request_id_for(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that a request with these headers brings, if it may stand in a log; else a new one."""
    given = [value.decode("latin-1") for name, value in headers if name == RAW_REQUEST_ID]
    if len(given) == 1 and _is_accepted(given[0]):
        return given[0]
    return new_request_id().decode()


def request_id_of(scope: Scope) -> str | None:
    """The id of the request, if it came through the middleware."""
    state: dict[str, Any] = scope.get("state", {})
    request_id = state.get("request_id")
    return request_id if isinstance(request_id, str) else None


def began_at(scope: Scope) -> float:
    """When the request began, by the monotonic clock: now, unless somebody has been at it."""
    begun: Begun | None = scope.get(BEGUN)
    return begun.at if begun else time.monotonic()


def address_of(scope: Scope) -> str | None:
    """The address of the peer, or what a proxy says that the settings trust; nobody else's word."""
    state: dict[str, Any] = scope.get("state", {})
    address = state.get("address")
    return address if isinstance(address, str) else None


def _is_accepted(given: str) -> bool:
    if not _WELL_FORMED.fullmatch(given):
        return False
    found = scan_text(given)
    return found is None or found.rule == _OF_A_TRACE


_OF_A_TRACE = "random-hex"  # W3C trace context names a trace by 32 hexadecimal digits
