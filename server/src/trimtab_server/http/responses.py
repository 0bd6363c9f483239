"""OpenAPI's description of what a route may answer: problems by their codes, and headers."""

from collections import defaultdict
from typing import Any, TypeAlias

from trimtab_server.http.problem_examples import EXAMPLES, Example

Responses: TypeAlias = dict[int | str, dict[str, Any]]

BODY = ("body-too-large", "unsupported-media-type", "malformed-json")
CHANGE = (
    *BODY,
    "conflict",
    "storage-refused",
    "validation-failed",
    "value-too-large",
    "secret-suspected",
    "unknown-application",
    "idempotency-key-in-flight",
    "idempotency-key-reused",
)
SCOPE = ("unknown-application", "unknown-environment")
_ALWAYS = (
    "unauthenticated",
    "token-expired",
    "forbidden",
    "malformed-request",
    "rate-limited",
    "store-unavailable",
    "issuer-unavailable",
)
_MEANINGS = {
    401: "No valid credential.",
    403: "This credential may not do that.",
    404: "It is not there, or may not be seen.",
    409: "What is stored, or another request under way, stands against it.",
    412: "It changed since it was read; `ETag` is the current one.",
    413: "The body or a value is too large.",
    415: "The body is not JSON.",
    422: "The request breaks a rule; `errors` lists every one. Nothing was stored.",
    428: "`If-Match` is needed.",
    429: "Too much at once; see `Retry-After`.",
    503: "The database does not answer, or not in time; see `Retry-After`.",
}
_HEADERS = {
    "Connection": "The rest of the body is not read.",
    "ETag": "The current entity tag.",
    "Retry-After": "Seconds to wait before asking again.",
    "WWW-Authenticate": "How to authenticate.",
}
_AS_READ = "As it is at the revision that the headers name."
_DONE = "It is so now; `changed` is false if it was so already."
_READ = {
    "Trimtab-Revision": ("`epoch.revision` of the application's head.", "1795305600.12"),
    "Trimtab-Age-Ms": ("How old the answer is, in milliseconds.", "0"),
    "Trimtab-Source": ("Where the answer comes from: `db`, `snapshot` or `lkg`.", "db"),
}
_ETAG = {"ETag": ("Strong; stands for exactly this answer.", '"7516c394cb6d44a62c837fc4"')}
_REVISION = {"Trimtab-Revision": ("`epoch.revision` of this change.", "1795305600.12")}
_LOCATION = {"Location": ("Where the new setting is.", "/api/v1/config/GREETING?environment=dev")}


def problems(*codes: str) -> Responses:
    """The problem responses that a route may give, besides those that every route may."""
    by_status: defaultdict[int, list[Example]] = defaultdict(list)
    for code in dict.fromkeys((*_ALWAYS, *codes)):
        by_status[EXAMPLES[code].status].append(EXAMPLES[code])
    return {status: _problem(status, by_status[status]) for status in sorted(by_status)}


def read(*codes: str) -> Responses:
    """A read of configuration, which says of which revision and age it is."""
    described = {"description": _AS_READ, "headers": _documented(_READ)}
    return {200: described, **problems(*SCOPE, *codes)}


def tagged_read(*codes: str) -> Responses:
    """A read with an entity tag, which may answer 304."""
    headers = _documented(_READ | _ETAG)
    unchanged = {"description": "Nothing changed since `If-None-Match`.", "headers": headers}
    described = {"description": _AS_READ, "headers": headers}
    return {200: described, 304: unchanged, **problems(*SCOPE, *codes)}


def change(*codes: str, status: int = 200, entity: bool = False) -> Responses:
    """A change; `entity` if it answers with the entity and its new tag."""
    headers = _REVISION | (_ETAG if entity else {}) | (_LOCATION if status == 201 else {})
    described = {"description": _DONE, "headers": _documented(headers)}
    return {status: described, **problems(*CHANGE, *codes)}


def _problem(status: int, examples: list[Example]) -> dict[str, Any]:
    shown = {one.code: {"$ref": f"#/components/examples/{one.code}"} for one in examples}
    described: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": shown,
            }
        },
    }
    names = {name: one.headers[name] for one in examples for name in one.headers}
    if names:
        described["headers"] = {
            name: {
                "description": _HEADERS[name],
                "schema": {"type": "string"},
                "example": example,
                "required": all(name in one.headers for one in examples),
            }
            for name, example in names.items()
        }
    return described


def _documented(headers: dict[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        name: {
            "description": description,
            "schema": {"type": "string"},
            "example": example,
            "required": True,
        }
        for name, (description, example) in headers.items()
    }
