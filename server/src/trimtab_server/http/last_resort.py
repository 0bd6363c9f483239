"""The answer to what nobody expected: a problem without detail, and a log line without values."""

import traceback

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trimtab_server.errors import StoreUnavailable, TrimtabError

from .problems import problem_response
from .request_context import request_id_of
from .store_outage import is_store_outage, outage_code

_log = structlog.get_logger()


class InternalError(TrimtabError):
    """Something went wrong in the server. The request id finds it in the server's log."""


class ResponseCut(Exception):
    """The request failed after its response had begun."""


class LastResortMiddleware:
    """Just inside `RequestContextMiddleware`: every request gets an answer.

    An exception's message may quote a value or a statement's parameters, so only its type and the
    lines it passed through are logged. A response that has begun cannot be taken back:
    `ResponseCut` makes the server close the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception as error:  # noqa: BLE001 - nobody further out would answer
            _report(error, scope)
            if started:
                raise ResponseCut from None
            await problem_response(_outward(error), request_id_of(scope))(scope, receive, send)


def _outward(error: Exception) -> TrimtabError:
    if isinstance(error, TrimtabError):
        return error
    return StoreUnavailable() if is_store_outage(error) else InternalError()


def _report(error: Exception, scope: Scope) -> None:
    if isinstance(error, TrimtabError) and error.status < 500:
        return
    facts = {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "method": scope["method"],
        "path": scope["path"],
        "request_id": request_id_of(scope),
    }
    if is_store_outage(error):  # nothing to be found in our code, and there will be many
        _log.warning("store_unavailable", code=outage_code(error), **facts)
        return
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[-8:])
    _log.error("request_failed", **facts, frames=frames)
