"""One example of every problem that a route may answer with; OpenAPI and clients' tests show them.

A test holds code, status and title to the classes that raise them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_REQUEST_ID = "0b0f3f6e-6e55-4f0e-9a57-0f2ad7c9a111"
_KEY = "ELEVENLABS_VOICE_STABILITY"


@dataclass(frozen=True, slots=True)
class Example:
    """A problem as it goes out; `headers` are those that always come with it."""

    code: str
    status: int
    title: str
    detail: str
    errors: tuple[Mapping[str, str | None], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The problem document (RFC 9457)."""
        return {
            "type": f"urn:trimtab:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "requestId": _REQUEST_ID,
            "errors": [dict(one) for one in self.errors],
        }


def _broken(pointer: str, key: str | None, rule: str, message: str) -> dict[str, str | None]:
    return {"pointer": pointer, "key": key, "rule": rule, "message": message}


_TOO_HIGH = f"{_KEY}: must be at most 1 (max)."
_CREDENTIAL = (
    f"{_KEY} holds what looks like a credential (url-user-info, characters 8-24): keep it in the "
    'environment; the store takes only a reference to it, in a setting marked "isSecret".'
)
_OVERRIDES = (
    f"{_KEY} still has overrides in dev: remove them first, or pass cascade=true to remove them "
    "with it."
)
_MOVED = (
    f"{_KEY} in dev has changed since it was read: read it again, compare, and send the new ETag."
)
_TOO_LARGE = f"{_KEY}: a value has 65536 bytes of JSON at most."
_TWICE = "has the same key twice in one object"
_NOT_EXPORTABLE = (
    f"{_KEY} cannot be written so that every reader of dotenv files sees the same: choose json or "
    "yaml, or leave it out with prefix or category."
)

_ALL = (
    Example(
        "unauthenticated",
        401,
        "No valid credential was given.",
        "A valid bearer token is needed: `Authorization: Bearer tt_...`.",
        headers={"WWW-Authenticate": 'Bearer realm="trimtab"'},
    ),
    Example(
        "token-expired",
        401,
        "The token has expired.",
        "The token has expired; ask for a new one.",
        headers={
            "WWW-Authenticate": 'Bearer realm="trimtab", error="invalid_token", '
            'error_description="The token has expired"'
        },
    ),
    Example(
        "forbidden",
        403,
        "The credential does not allow this.",
        "This needs the permission config:write in environment prod, which no grant gives.",
    ),
    Example(
        "not-found",
        404,
        "There is no such thing here.",
        f"There is no setting {_KEY}.",
    ),
    Example(
        "method-not-allowed",
        405,
        "Method Not Allowed.",
        "This address does not take that method; `Allow` names those it takes.",
        headers={"Allow": "GET, HEAD"},
    ),
    Example(
        "conflict",
        409,
        "What is stored stands against this.",
        _OVERRIDES,
        (_broken("", _KEY, "overrides", _OVERRIDES),),
    ),
    Example(
        "idempotency-key-in-flight",
        409,
        "The same request is still being carried out.",
        "A request with this Idempotency-Key is being carried out: ask again in a moment.",
        headers={"Retry-After": "1"},
    ),
    Example(
        "storage-refused",
        409,
        "The database refused this change.",
        "The database refused this change; nothing of it was stored.",
    ),
    Example(
        "no-audit-key",
        409,
        "There is no key to sign checkpoints with.",
        "The server has no audit key: `trimtab-server audit key` makes one.",
    ),
    Example(
        "bad-audit-key",
        409,
        "The audit key cannot be used.",
        "The audit key's file cannot be used; `trimtab-server audit key` says why.",
    ),
    Example(
        "version-moved",
        412,
        "Somebody else changed this in the meantime.",
        _MOVED,
        (_broken("", _KEY, "if-match", _MOVED),),
        {"ETag": '"7516c394cb6d44a62c837fc4"'},
    ),
    Example(
        "body-too-large",
        413,
        "The request body is too large.",
        "A body of this route has 262144 bytes at most; split the request.",
        headers={"Connection": "close"},
    ),
    Example(
        "value-too-large",
        413,
        "A value is too large.",
        _TOO_LARGE,
        (_broken("/value", _KEY, "maxBytes", _TOO_LARGE),),
    ),
    Example(
        "unsupported-media-type",
        415,
        "The body must be JSON.",
        "Send the body as JSON, with `Content-Type: application/json`.",
    ),
    Example(
        "malformed-request",
        422,
        "The request does not have the expected form.",
        "The request does not have the form this route takes.",
        (_broken("/valeu", None, "extra-forbidden", "`/valeu`: extra inputs are not permitted"),),
    ),
    Example(
        "malformed-json",
        422,
        "The body is not well-formed JSON.",
        _TWICE,
        (_broken("", None, "duplicate-key", _TWICE),),
    ),
    Example(
        "validation-failed",
        422,
        "The change breaks rules; nothing was stored.",
        _TOO_HIGH,
        (_broken("/value", _KEY, "max", _TOO_HIGH),),
    ),
    Example(
        "secret-suspected",
        422,
        "A credential does not belong in the store.",
        _CREDENTIAL,
        (_broken("/value", _KEY, "secret-value", _CREDENTIAL),),
    ),
    Example(
        "unknown-environment",
        422,
        "There is no such environment.",
        "There is no environment qa; there are base, dev, prod, staging.",
    ),
    Example(
        "unknown-application",
        422,
        "There is no such application.",
        "There is no application assistant; create it first.",
    ),
    Example(
        "unknown-revision",
        422,
        "There is no such revision.",
        "There is no revision 99; the revisions go from 0 to 12.",
    ),
    Example(
        "environment-refused",
        422,
        "This environment cannot be made.",
        "There is one root only, base: name the parent that qa inherits from.",
    ),
    Example(
        "idempotency-key-reused",
        422,
        "This Idempotency-Key belongs to another request.",
        "This Idempotency-Key was used for another request: choose a new one.",
    ),
    Example(
        "not-exportable",
        422,
        "Some values cannot be written in this format.",
        _NOT_EXPORTABLE,
        (_broken("", _KEY, "not-exportable", _NOT_EXPORTABLE),),
    ),
    Example(
        "bad-checkpoint",
        422,
        "This is no checkpoint.",
        "This is no checkpoint of a Trimtab audit trail.",
    ),
    Example(
        "precondition-required",
        428,
        "This write must say which version it replaces.",
        "Send If-Match with the ETag you read, or * to edit whatever is there.",
    ),
    Example(
        "rate-limited",
        429,
        "Too many requests.",
        "This token has sent more requests of the kind write than it may: wait, and send fewer.",
        headers={"Retry-After": "1"},
    ),
    Example(
        "too-many-streams",
        429,
        "Too many streams.",
        "Too many streams are open, or being opened: come back after the time in `Retry-After`.",
        headers={"Retry-After": "1"},
    ),
    Example(
        "internal-error",
        500,
        "The server failed to carry out the request.",
        "Something went wrong in the server. The request id finds it in the server's log.",
    ),
    Example(
        "store-unavailable",
        503,
        "The database does not answer.",
        "The database does not answer; nothing was changed. Try again shortly.",
        headers={"Retry-After": "2"},
    ),
    Example(
        "issuer-unavailable",
        503,
        "The issuer of the token does not answer.",
        "The issuer of this token does not answer, so its key cannot be checked. Try again "
        "shortly.",
        headers={"Retry-After": "5"},
    ),
    Example(
        "revision-not-available",
        503,
        "That revision is not there yet.",
        "The store does not have that revision yet: ask again shortly.",
        headers={"Retry-After": "1"},
    ),
)

EXAMPLES: Mapping[str, Example] = {one.code: one for one in _ALL}
