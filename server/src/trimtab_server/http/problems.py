"""Failures on the wire: RFC 9457 problem documents, made here and nowhere else."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from trimtab_server.errors import MalformedRequest, NotFound, TrimtabError

from .malformed import violations_of
from .request_context import request_id_of

PROBLEM_MEDIA_TYPE = "application/problem+json"
# As many as a bulk has items: what is wrong with each of them can be said.
_MOST_TOLD = 1_000


def problem_response(error: TrimtabError, request_id: str | None) -> Response:
    """The failure as a problem document, with the headers it asks for."""
    document = {
        "type": f"urn:trimtab:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "requestId": request_id,
        "errors": [
            {"pointer": one.pointer, "key": one.key, "rule": one.rule, "message": one.message}
            for one in error.violations
        ],
    }
    return JSONResponse(document, error.status, error.headers, PROBLEM_MEDIA_TYPE)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer everything a route or the router refuses with a problem document.

    What nobody expected is answered by `LastResortMiddleware`, further out.
    """
    app.add_exception_handler(TrimtabError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_malformed_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


class _RefusedByFramework(TrimtabError):
    """The request was refused."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        phrase = HTTPStatus(status).phrase
        self.code = _CODES.get(status, phrase.lower().replace(" ", "-"))
        self.status = status
        self.title = f"{phrase}."
        super().__init__(_DETAILS.get(status), headers=dict(headers))


_CODES = {413: "body-too-large"}
_DETAILS = {405: "This address does not take that method; `Allow` names those it takes."}


async def _on_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, TrimtabError):
        raise error
    return problem_response(error, request_id_of(request.scope))


async def _on_malformed_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    words = (
        f"The first {_MOST_TOLD:,} of {len(found):,} are listed." if found[_MOST_TOLD:] else None
    )
    malformed = MalformedRequest(words, violations=violations_of(found[:_MOST_TOLD]))
    return problem_response(malformed, request_id_of(request.scope))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework says itself: its words stay inside, its status and headers go out."""
    if not isinstance(error, HTTPException):
        raise error
    return problem_response(_refusal(request, error), request_id_of(request.scope))


def _refusal(request: Request, error: HTTPException) -> TrimtabError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound()
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(_allowed_methods(request)))
    return _RefusedByFramework(error.status_code, headers)


def _allowed_methods(request: Request) -> set[str]:
    """All methods of this address: the router names only those of the first route that fits."""
    app: Any = request.scope["app"]
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    allowed: set[str] = set()
    for route in iter_route_contexts(app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            allowed |= route.methods or set()
    return allowed | {"HEAD"} if "GET" in allowed else allowed
