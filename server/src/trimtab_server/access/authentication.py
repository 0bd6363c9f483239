"""The door of the server: nobody's body is read before the credential is proven."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trimtab_server.errors import TrimtabError
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import request_id_of

from .principal import Principal

_OPEN_METHODS = frozenset({"GET", "HEAD"})


class AuthenticationMiddleware:
    """Lets a request in with its principal, or answers 401.

    Nothing but the Authorization header counts: no parameter, cookie, address or other header.
    An open path is open to GET and HEAD, exactly as it is written.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticate: Callable[[Sequence[str]], Awaitable[Principal]],
        open_paths: Collection[str],
    ) -> None:
        self.app = app
        self._authenticate = authenticate
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            principal = await self._authenticate(Headers(scope=scope).getlist("authorization"))
        except TrimtabError as error:
            await problem_response(error, request_id_of(scope))(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] in _OPEN_METHODS
            and scope["path"] in self._open_paths
        )
