"""Whoever is refused is told so, and the audit trail too."""

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from trimtab_server.audit.fact import AuditAction, AuditFact, fact_by
from trimtab_server.errors import Forbidden
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import request_id_of

from .author import Channel, author_of
from .decide import NotAllowed
from .names import quotable
from .refusals import Refusals
from .requires import current_principal


def report_refusals(app: FastAPI, refusals: Refusals) -> None:
    """Record every 403 of the application before it is answered."""

    async def on_refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, Forbidden):
            raise error
        await refusals.refused(_fact(request, error))
        return problem_response(error, request_id_of(request.scope))

    app.add_exception_handler(Forbidden, on_refused)


def _fact(request: Request, error: Forbidden) -> AuditFact:
    """Which permission was missing where; the names are the caller's, so only plain ones."""
    route = request.scope.get("route")
    path = route.path_format if isinstance(route, APIRoute) else None
    subject: dict[str, object] = {"method": request.method, "route": path}
    if isinstance(error, NotAllowed):
        subject |= {
            "permission": error.permission.value,
            "application": quotable(error.application),
            "environment": quotable(error.environment),
            "category": quotable(error.category),
        }
    said = request.headers.get("trimtab-channel", Channel.API)
    channel = said if said in set(Channel) - {Channel.SERVER} else Channel.API
    author = author_of(request, current_principal(request), channel)
    return fact_by(author, AuditAction.ACCESS_REFUSED, subject, reason=error.code)
