"""A refused credential stands in the audit trail: by which rule, at which key, never what."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from trimtab_server.access.author import Channel, author_of
from trimtab_server.access.refusals import Refusals
from trimtab_server.access.requires import current_principal
from trimtab_server.audit.fact import AuditAction, fact_by
from trimtab_server.catalog.errors import EnvironmentRefused
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.errors import TrimtabError, Violated
from trimtab_server.http.problems import problem_response
from trimtab_server.http.request_context import request_id_of


def report_secrets(app: FastAPI, refusals: Refusals) -> None:
    """Record every write that was refused because of a credential, before it is answered."""

    async def on_refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, TrimtabError):
            raise error
        found = [one for one in error.violations if one.rule.startswith("secret-")]
        if found:
            channel = request.headers.get("trimtab-channel", Channel.API)
            known = channel if channel in set(Channel) - {Channel.SERVER} else Channel.API
            author = author_of(request, current_principal(request), known)
            subject = {"method": request.method, "refused": [_item(one) for one in found[:_MOST]]}
            fact = fact_by(author, AuditAction.SECRET_REFUSED, subject, reason=error.code)
            await refusals.refused(fact)
        return problem_response(error, request_id_of(request.scope))

    for kind in (ChangeRefused, EnvironmentRefused):
        app.add_exception_handler(kind, on_refused)


_MOST = 100


def _item(violation: Violated) -> dict[str, object]:
    """A key that may be repeated stands in the violation already; what was refused never does."""
    return {"key": violation.key, "rule": violation.rule, "pointer": violation.pointer}
