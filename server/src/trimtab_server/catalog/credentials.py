"""Refusing credentials in whatever would be stored: values, rules, descriptions, comments. Pure."""

from dataclasses import replace

from trimtab_server.kernel.keys import BadKey, check_key
from trimtab_server.kernel.secrets import Finding, scan_text, scan_value
from trimtab_server.kernel.violation import Violation

MAX_COMMENT_LENGTH = 2_000


def scan_for_secrets(
    key: str | None, value: object, pointer: str, *, vouched: bool | None = None
) -> list[Violation]:
    """Credentials by their form, in every string of a decoded JSON value, names included.

    Where somebody vouches for it, what is only a guess passes; a known form never does. With None
    nobody can vouch, as for a comment.
    """
    finding = find_credential(value)
    if finding is None or (vouched and finding.doubtful):
        return []
    found = _secret(key, finding, pointer + finding.pointer)
    return [with_way_out(found, finding) if vouched is False else found]


def with_way_out(refusal: Violation, finding: Finding) -> Violation:
    """The refusal, and what a person may do who knows better than a guess."""
    if not finding.doubtful:
        return refusal
    hint = 'This is a guess: if it is none, "secretOverride" with a reason stores it.'
    return replace(refusal, message=f"{refusal.message} {hint}")


def find_credential(value: object) -> Finding | None:
    """What looks like a credential in a decoded JSON value; certain findings come first."""
    if isinstance(value, str):
        return scan_text(value)
    return scan_value("", "json", value) if isinstance(value, (dict, list)) else None


def nameable(key: str) -> str | None:
    """The key, if an error may repeat it: it has a key's form and is no credential in its place."""
    try:
        check_key(key)
    except BadKey as error:
        if error.rule != "key-reserved":
            return None
    return key if scan_text(key) is None else None


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
