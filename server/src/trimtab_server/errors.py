"""What all failures the server reports have in common, and the few that belong to no one room."""

import inspect
from collections.abc import Sequence
from typing import Protocol


class Violated(Protocol):
    """One broken rule, as the kernel's `Violation` states it; errors lie below the kernel."""

    @property
    def pointer(self) -> str: ...
    @property
    def key(self) -> str | None: ...
    @property
    def rule(self) -> str: ...
    @property
    def message(self) -> str: ...


class TrimtabError(Exception):
    """The request could not be carried out."""

    # One class per failure. `code` is stable and ends the problem's type, `title` says the kind in
    # one sentence, the docstring is the default detail. None of them ever quotes a refused value.
    code: str = "internal-error"
    status: int = 500
    title: str = "The server failed to carry out the request."
    violations: Sequence[Violated] = ()

    def __init__(
        self,
        detail: str | None = None,
        *,
        violations: Sequence[Violated] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.detail = detail if detail is not None else _first_paragraph(type(self))
        self.headers: dict[str, str] = dict(headers or {})
        self.violations = tuple(violations)
        super().__init__(self.detail)


class MalformedRequest(TrimtabError):
    """The request does not have the form this route takes."""

    code = "malformed-request"
    status = 422
    title = "The request does not have the expected form."


class Unauthenticated(TrimtabError):
    """A valid bearer token is needed: `Authorization: Bearer tt_...`."""

    code = "unauthenticated"
    status = 401
    title = "No valid credential was given."
    challenge = 'Bearer realm="trimtab"'

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": self.challenge})


class Forbidden(TrimtabError):
    """This credential may not do that."""

    code = "forbidden"
    status = 403
    title = "The credential does not allow this."


class NotFound(TrimtabError):
    """There is no such thing here, or it may not be seen."""

    code = "not-found"
    status = 404
    title = "There is no such thing here."


class StoreUnavailable(TrimtabError):
    """The database does not answer; nothing was changed. Try again shortly."""

    code = "store-unavailable"
    status = 503
    title = "The database does not answer."

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


def _first_paragraph(kind: type[TrimtabError]) -> str:
    paragraph = (inspect.getdoc(kind) or "").split("\n\n", 1)[0]
    return " ".join(paragraph.split())
