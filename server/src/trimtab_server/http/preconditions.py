"""`If-Match` and `If-None-Match` (RFC 9110, section 13), read once and carried as facts."""

import re
from dataclasses import dataclass

from trimtab_server.errors import MalformedRequest, TrimtabError

_ELEMENT = re.compile(r'[ \t,]*(W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')


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
    """None without the header; text that is no list of tags gives none, so nothing matches it."""
    if header is None:
        return None
    if header.strip(" \t") == "*":
        return Tags(anything=True)
    strong, weak, position = set[str](), set[str](), 0
    while element := _ELEMENT.match(header, position):
        (weak if element[1] else strong).add(element[2])
        position = element.end()
    if header[position:].strip(" \t,"):
        return Tags()
    return Tags(strong=frozenset(strong), weak=frozenset(weak))


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether a GET may answer 304: weak comparison, as the RFC has it for this header."""
    tags = parse_tags(if_none_match)
    return tags is not None and (tags.anything or etag in tags.strong | tags.weak)


def require_precondition(if_match: str | None, if_none_match: str | None) -> tuple[Tags, bool]:
    """The tags of If-Match, and whether there must be nothing yet.

    Raises:
        PreconditionRequired: neither header was sent.
        MalformedRequest: If-None-Match names tags, which says nothing about a write.
    """
    matches, absent = parse_tags(if_match), parse_tags(if_none_match)
    if absent is not None and not absent.anything:
        raise MalformedRequest("If-None-Match takes only * on a write: no value of its own yet.")
    if matches is None and absent is None:
        raise PreconditionRequired(
            "Send If-Match with the ETag you read (or * to replace whatever is there), or "
            "If-None-Match: * to write only where there is no value yet."
        )
    return matches or Tags(anything=True), absent is not None


def require_match(if_match: str | None) -> Tags:
    """The tags of If-Match.

    Raises:
        PreconditionRequired: it was not sent.
    """
    matches = parse_tags(if_match)
    if matches is None:
        raise PreconditionRequired(
            "Send If-Match with the ETag you read, or * to edit whatever is there."
        )
    return matches
