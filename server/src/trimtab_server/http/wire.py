"""What request and response models have in common: camelCase, nothing unknown, nothing coerced."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.responses import JSONResponse


class WireModel(BaseModel):
    """A JSON object of the API. Unknown members are errors, and `"true"` is not a boolean."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        serialize_by_alias=True,
        strict=True,
        validate_by_alias=True,
        validate_by_name=False,
    )


class Problem(BaseModel):
    """RFC 9457 problem details. `detail` and every message name the key, the rule, the remedy."""

    class Broken(BaseModel):
        """One broken rule; `pointer` is a JSON pointer into the request body."""

        pointer: str
        key: str | None
        rule: str
        message: str

    type: str
    title: str
    status: int
    detail: str
    code: str
    requestId: str | None  # noqa: N815 - the wire's name
    errors: list[Broken]


_MEANINGS = {
    401: "No valid credential.",
    403: "This credential may not do that.",
    404: "It is not there, or may not be seen.",
    409: "What is stored stands against it.",
    412: "It changed since it was read; `ETag` is the current one.",
    413: "The body or a value is too large.",
    415: "The body is not JSON.",
    422: "The request breaks a rule; `errors` lists every one. Nothing was stored.",
    428: "`If-Match` or `If-None-Match: *` is needed.",
    503: "The database does not answer; see `Retry-After`.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of the problem responses that a route may give."""
    return {status: _problem(status) for status in sorted({401, 403, 422, 503, *statuses})}


def json_reply(
    content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A JSON answer, rendered as it is: floats stay floats."""
    return JSONResponse(content, status_code=status, headers=dict(headers or {}))


def read_headers(epoch: int, revision: int, etag: str | None = None) -> dict[str, str]:
    """What every read of configuration says about itself."""
    headers = {
        "Trimtab-Revision": f"{epoch}.{revision}",
        "Trimtab-Age-Ms": "0",
        "Trimtab-Source": "db",
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization",
    }
    return headers if etag is None else {**headers, "ETag": etag}


def _problem(status: int) -> dict[str, Any]:
    example = {
        "type": "urn:trimtab:problem:validation-failed",
        "title": "The change breaks rules; nothing was stored.",
        "status": status,
        "detail": _MEANINGS[status],
        "code": "validation-failed",
        "requestId": "0b0f3f6e-6e55-4f0e-9a57-0f2ad7c9a111",
        "errors": [],
    }
    return {
        "description": _MEANINGS[status],
        "model": Problem,
        "content": {"application/problem+json": {"example": example}},
    }
