"""The door of the server: nobody's body is read before the credential is proven."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trimtab_server.audit.fact import AuditAction
from trimtab_server.errors import MalformedRequest, TrimtabError, Unauthenticated
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import address_of, request_id_of

from .authenticate import Authenticator
from .login_failure import BadCredential, LoginFailure
from .principal import Principal
from .rate_limits import RateLimits
from .refusals import Refusals, Source
from .token_format import holds_token
from .token_use import TokenUse

LET_IN = "trimtab.let_in"
"""Where the scope holds the principal that the door has let in already, in front of us."""

_OPEN_METHODS = frozenset({"GET", "HEAD"})


class TokenInAddress(MalformedRequest):
    """A token stands in the address, where everything on the way may have logged it: revoke it,
    and send the next one in the Authorization header."""


@dataclass(frozen=True, slots=True)
class Door:
    """Who is asked at the door, and who is told of those that came in and those that did not."""

    authenticate: Authenticator
    refusals: Refusals
    token_use: TokenUse
    limits: RateLimits

    async def admit(self, scope: Scope) -> Principal:
        """Who may come in with this request, which is counted; a failed login is, too.

        Raises:
            RateLimited: there were too many; whoever has just been in is not kept out because
                others of their address show credentials that are not valid.
            Unauthenticated: nobody may.
            StoreUnavailable, IssuerUnavailable: it cannot be known now.
            TokenInAddress: the address holds a token.
        """
        address = address_of(scope)
        self.limits.check_address(address)
        try:
            principal = await self.authenticate(
                Headers(scope=scope).getlist("authorization"),
                lambda: self.limits.check_logins(address),
            )
        except Unauthenticated as error:
            self._failed(scope, error, address)
            raise
        _check_address(scope)
        self.limits.check_request(principal, scope["method"], scope["path"])
        if principal.identity is None:
            self.token_use.note(principal.token.id)
        return principal

    def _failed(self, scope: Scope, error: Unauthenticated, address: str | None) -> None:
        self.refusals.count(_failed_login(scope, error))
        # What has not even the form of a credential was not looked up, and costs nothing.
        if isinstance(error, BadCredential) and error.reason is not LoginFailure.MALFORMED:
            self.limits.failed_login(address)

    async def drain(self) -> None:
        """Write at once what is to be written of those who came."""
        await self.authenticate.drain()
        await self.refusals.drain()
        await self.token_use.drain()


class AuthenticationMiddleware:
    """Lets a request in with its principal, or answers 401 and counts why.

    Nothing but the Authorization header counts: no parameter, cookie, address or other header.
    An open path is open to GET and HEAD, exactly as it is written.
    """

    def __init__(self, app: ASGIApp, door: Door, open_paths: Collection[str]) -> None:
        self.app = app
        self._door = door
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            principal = scope.get(LET_IN) or await self._door.admit(scope)
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


def _check_address(scope: Scope) -> None:
    """Raises TokenInAddress for one in the path or the query, however it is escaped."""
    query = unquote_to_bytes(scope["query_string"]).decode("latin-1")
    if holds_token(scope["path"]) or holds_token(query):
        raise TokenInAddress


def _failed_login(scope: Scope, error: Unauthenticated) -> Source:
    reason, who = LoginFailure.MISSING, None
    if isinstance(error, BadCredential):
        reason, who = error.reason, error.public_id
    return Source(AuditAction.LOGIN_FAILED, reason, address_of(scope), who)
