"""A refusal of the server as the error that a caller can tell apart."""

import json
from typing import Any

import httpx2

from trimtab.errors import (
    Complaint,
    Conflict,
    Forbidden,
    Invalid,
    NotATrimtabAnswer,
    NotAuthenticated,
    NotFound,
    Problem,
    Refused,
    ServerFault,
    TooManyRequests,
    VersionMoved,
)

_BY_STATUS: dict[int, type[Refused]] = {
    401: NotAuthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: VersionMoved,
    429: TooManyRequests,
}
_URN = "urn:trimtab:problem:"


def refusal(response: httpx2.Response, url: str) -> Refused | NotATrimtabAnswer:
    """The error for a response that is no success."""
    body = _problem_body(response)
    if body is None and response.status_code < 500:
        return NotATrimtabAnswer(url, f"status {response.status_code} without a problem document")
    return error_class(response.status_code)(_problem(response, body or {}))


def error_class(status: int) -> type[Refused]:
    """The class of error for a status; unlisted ones fall under Invalid (4xx) or ServerFault."""
    return _BY_STATUS.get(status, ServerFault if status >= 500 else Invalid)


def retry_after_seconds(response: httpx2.Response) -> float | None:
    """The pause that the server asks for; a date, which it never sends, counts as none."""
    text = response.headers.get("Retry-After")
    return float(text) if text and text.isascii() and text.isdigit() else None


def _problem(response: httpx2.Response, body: dict[str, Any]) -> Problem:
    status = response.status_code
    title = str(body.get("title") or f"status {status}")
    return Problem(
        status=status,
        code=str(body.get("code") or str(body.get("type", "")).removeprefix(_URN) or status),
        title=title,
        detail=str(body.get("detail") or f"The server failed ({title}); its log says why."),
        request_id=body.get("requestId"),
        errors=tuple(_complaints(body.get("errors"))),
        etag=response.headers.get("ETag"),
        retry_after_seconds=retry_after_seconds(response),
    )


def _complaints(raw: object) -> list[Complaint]:
    rows = raw if isinstance(raw, list) else []
    return [
        Complaint(
            pointer=str(row.get("pointer") or ""),
            key=row.get("key"),
            rule=str(row.get("rule") or ""),
            message=str(row.get("message") or ""),
        )
        for row in rows
        if isinstance(row, dict)
    ]


def _problem_body(response: httpx2.Response) -> dict[str, Any] | None:
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
