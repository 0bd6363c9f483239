"""What a change can be refused for."""

from collections.abc import Sequence

from trimtab_server.catalog.credentials import nameable
from trimtab_server.errors import TrimtabError
from trimtab_server.kernel.violation import Violation


class ChangeRefused(TrimtabError):
    """The change breaks rules; nothing was stored.

    `violations` say everything that stands against it. Where all of them are of one kind, code
    and status are of that kind; `etag` is the current one of the first edit that came too late.
    """

    code = "validation-failed"
    status = 422
    title = "The change breaks rules; nothing was stored."

    def __init__(self, violations: Sequence[Violation], *, etag: str | None = None) -> None:
        super().__init__(violations[0].message, violations=violations)
        self.code, self.status, self.title = _kind(violations)
        if etag is not None:
            self.headers = {"ETag": etag}


_KINDS = {
    404: ("not-found", "There is no such thing here."),
    409: ("conflict", "What is stored stands against this."),
    413: ("value-too-large", "A value is too large."),
    412: ("version-moved", "Somebody else changed this in the meantime."),
}


def _kind(violations: Sequence[Violation]) -> tuple[str, int, str]:
    if any(one.rule.startswith("secret-") for one in violations):
        return "secret-suspected", 422, "A credential does not belong in the store."
    statuses = {one.status for one in violations}
    if len(statuses) == 1 and (status := statuses.pop()) in _KINDS:
        code, title = _KINDS[status]
        return code, status, title
    return ChangeRefused.code, ChangeRefused.status, ChangeRefused.title


class EditRefused(Exception):
    """One edit of a change cannot be carried out; the others are still looked at."""

    def __init__(self, *violations: Violation, etag: str | None = None) -> None:
        super().__init__(*(one.message for one in violations))
        self.violations = violations
        self.etag = etag


class UnknownKey(TrimtabError):
    """There is no such setting."""

    code = "not-found"
    status = 404
    title = "There is no such thing here."

    def __init__(self, key: str, spelled: str | None = None) -> None:
        hint = f"; did you mean {spelled}?" if spelled else "."
        super().__init__(f"There is no setting {nameable(key) or 'of that name'}{hint}")


class UnknownRevision(TrimtabError):
    """There is no such revision."""

    code = "unknown-revision"
    status = 422
    title = "There is no such revision."

    def __init__(self, revision: int, head: int) -> None:
        super().__init__(f"There is no revision {revision}; the revisions go from 0 to {head}.")
