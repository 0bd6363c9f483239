"""`If-Match` and `If-None-Match` (RFC 9110, section 13), read once and carried as facts."""

import re
from dataclasses import dataclass

from trimtab_server.errors import TrimtabError

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


class PreconditionRequired(TrimtabError):
    """Say which version you saw."""

    code = "precondition-required"
    status = 428
    title = "This write must say which version it replaces."


@dataclass(frozen=True, slots=True)
class Tags:
    """The entity tags of one header; `anything` stands for `*`."""

    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    anything: bool = False


def parse_tags(header: str | None) -> Tags | None:
    """None without the header; text that holds no tag gives no tags, so nothing matches it."""
    if header is None:
        return None
    if header.strip() == "*":
        return Tags(anything=True)
    found = _TAG.findall(header)
    strong = frozenset(tag for weak, tag in found if not weak)
    return Tags(strong=strong, weak=frozenset(tag for weak, tag in found if weak))


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether a GET may answer 304: weak comparison, as the RFC has it for this header."""
    tags = parse_tags(if_none_match)
    return tags is not None and (tags.anything or etag in tags.strong | tags.weak)


def require_precondition(if_match: str | None, if_none_match: str | None) -> tuple[Tags, bool]:
    """The tags of If-Match, and whether there must be nothing yet.

    Raises:
        PreconditionRequired: neither header was sent.
    """
    matches, absent = parse_tags(if_match), parse_tags(if_none_match)
    if matches is None and absent is None:
        raise PreconditionRequired(
            "Send If-Match with the ETag you read (or * to replace whatever is there), or "
            "If-None-Match: * to write only where there is no value yet."
        )
    return matches or Tags(anything=True), absent is not None and absent.anything
