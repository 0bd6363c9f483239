"""The response that stays open."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .audience import Audience
from .audiences import Place
from .outlet import Outlet, SendOutlet, TransportOutlet
from .streams import Credential, Streams

TRANSPORT_EXTENSION = "trimtab.transport"
"""The ASGI extension by which a server hands over its transport; see `cli/protocol.py`."""

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization",
    "X-Accel-Buffering": "no",  # nginx would keep events back
    "Connection": "close",
}


class StreamReply(Response):
    """Events until either side ends it. A HEAD gets the headers and no stream."""

    media_type = "text/event-stream"

    def __init__(
        self,
        streams: Streams,
        place: Place,
        credential: Credential,
        audience: Audience,
        *,
        since: tuple[int, int] | None,
        is_head: bool,
    ) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._streams = streams
        self._place = place
        self._credential = credential
        self._audience = audience
        self._since = since
        self._is_head = is_head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises TooManyStreams before anything is sent."""
        self._streams.admit(self._credential)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if self._is_head:
                await send({"type": "http.response.body", "body": b""})
            else:
                await self._stay_open(_outlet(scope, receive, send))
        finally:
            self._streams.release(self._credential)

    async def _stay_open(self, outlet: Outlet) -> None:
        stream = self._streams.join(
            self._place, self._credential, self._audience, outlet, self._since
        )
        try:
            await outlet.until_closed()
        finally:
            self._streams.leave(stream)


def _outlet(scope: Scope, receive: Receive, send: Send) -> Outlet:
    given = scope.get("extensions", {}).get(TRANSPORT_EXTENSION, {}).get("transport")
    return SendOutlet(send, receive) if given is None else TransportOutlet(given, receive)
