"""Text that no database takes: refused before it can become anybody's parameter."""

from starlette.types import ASGIApp, Receive, Scope, Send

from trimtab_server.errors import MalformedRequest
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import request_id_of


class RequestTextMiddleware:
    """Refuses NUL in path and query; PostgreSQL's protocol would raise deep inside the driver."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _holds_nul(scope):
            error = MalformedRequest("The address holds a NUL character: leave it out.")
            await problem_response(error, request_id_of(scope))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _holds_nul(scope: Scope) -> bool:
    return "\x00" in scope["path"] or b"%00" in scope["query_string"]
