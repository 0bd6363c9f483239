"""Every failure in plain sentences: what is wrong, with which key, and what to do."""

import re

from trimtab.cli.incoming.setting import CannotImport
from trimtab.errors import (
    Complaint,
    NotAuthenticated,
    Refused,
    ServerFault,
    TooManyRequests,
    TrimtabError,
    VersionMoved,
)

_RULE = re.compile(r"/validationRules/(\w+)")
_OVERRIDE = "--override-secret-check REASON (with set or define)"
_NOT_AUTHENTICATED = (
    "The server does not accept this token (it is wrong, expired or revoked): "
    "run `trimtab up` again, or set TRIMTAB_TOKEN to a valid one."
)


def sentences(error: Exception) -> list[str]:
    """The lines to print for an error; the first says it, the others name each broken rule."""
    match error:
        case NotAuthenticated():
            return [_NOT_AUTHENTICATED]
        case TooManyRequests():
            return [f"{_sentence(str(error))} Try again{_when(error)}."]
        case ServerFault() if error.status == 503:
            return [f"{_sentence(str(error))} Try again{_when(error)}."]
        case VersionMoved():
            return [*_refused(error), "Nothing was written: look again and repeat the command."]
        case Refused():
            return _refused(error)
        case CannotImport():
            return [str(error), *(f"  {reason}" for reason in error.reasons)]
        case TrimtabError():
            return [_sentence(str(error))]
        case OSError():
            return [f"{error.filename or 'A file'}: {error.strerror or error}."]
        case _:
            return [str(error)]


def complaint_lines(complaints: tuple[Complaint, ...]) -> list[str]:
    """One line for each broken rule, naming its key."""
    return [_named(one) for one in complaints]


def _refused(error: Refused) -> list[str]:
    lines = complaint_lines(error.problem.errors)
    if len(lines) == 1 or _sentence(str(error)) in lines:
        return lines
    reference = f" (request {error.problem.request_id})" if error.status >= 500 else ""
    return [f"{_sentence(str(error))}{reference}", *(f"  {line}" for line in lines)]


def _named(complaint: Complaint) -> str:
    message = _sentence(complaint.message or complaint.rule)
    if complaint.rule.startswith("secret-"):
        message = message.replace('"secretOverride" with a reason', _OVERRIDE)
    rule = _RULE.search(complaint.pointer)
    if rule and rule[1] not in message:
        message = f"{message} (The rule is {rule[1]}.)"
    if complaint.key and complaint.key not in message:
        return f"{complaint.key}: {message}"
    if not complaint.key and complaint.pointer:
        return f"{complaint.pointer}: {message}"
    return message


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _when(error: Refused) -> str:
    seconds = error.problem.retry_after_seconds
    return "" if seconds is None else f" in {seconds:.0f} s"
