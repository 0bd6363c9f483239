"""Refusing credentials in whatever would be stored: values, rules, descriptions, comments. Pure."""

from collections.abc import Mapping

from trimtab_server.kernel.secrets import Finding, scan_text
from trimtab_server.kernel.violation import Violation

MAX_COMMENT_LENGTH = 2_000


def scan_for_secrets(key: str | None, value: object, pointer: str) -> list[Violation]:
    """Credentials by their shape, in every string of a decoded JSON value."""
    if isinstance(value, str):
        finding = scan_text(value)
        return [_secret(key, finding, pointer)] if finding else []
    if isinstance(value, Mapping):
        return [
            one
            for name, inner in value.items()
            for one in (
                *scan_for_secrets(key, name, pointer),
                *scan_for_secrets(key, inner, f"{pointer}/{_escape(name)}"),
            )
        ]
    if isinstance(value, list):
        return [
            one
            for index, inner in enumerate(value)
            for one in scan_for_secrets(key, inner, f"{pointer}/{index}")
        ]
    return []


def check_comment(comment: str | None, pointer: str = "/comment") -> list[Violation]:
    """A change's comment stays in the history for good: no credential may stand in it."""
    if comment is None:
        return []
    if len(comment) > MAX_COMMENT_LENGTH:
        message = f"A comment has {MAX_COMMENT_LENGTH} characters at most."
        return [Violation(pointer, None, "maxLength", message)]
    return scan_for_secrets(None, comment, pointer)


def _secret(key: str | None, finding: Finding, pointer: str) -> Violation:
    subject = key or "This text"
    message = (
        f"{subject} holds what looks like a credential ({finding.rule}, characters "
        f"{finding.start}-{finding.end}): keep it in the environment; the store takes only a "
        'reference to it, in a setting marked "isSecret".'
    )
    return Violation(pointer, key, "secret-value", message)


def _escape(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")
