"""Pages: how many items, and after which one. A cursor is opaque to callers."""

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query

from trimtab_server.errors import MalformedRequest
from trimtab_server.http.parameters import PageNumber

PageSize = Annotated[PageNumber, Query(description="Items on a page.")]


class Listed(StrEnum):
    """What a cursor goes through."""

    KEYS = "keys"
    VERSIONS = "versions"
    ENTRIES = "entries"
    PRINCIPALS = "principals"
    TOKENS = "tokens"
    GRANTS = "grants"


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_POSITIONS = {
    Listed.KEYS: re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,254}"),
    Listed.VERSIONS: re.compile(r"[0-9]{1,16}\.[0-9]{1,9}"),
    Listed.ENTRIES: re.compile(
        r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{6}Z"
        r"\|(?:system|application:[0-9a-f-]{36})\|[0-9]{1,16}",
        re.ASCII,
    ),
    Listed.PRINCIPALS: _ID,
    Listed.TOKENS: _ID,
    Listed.GRANTS: _ID,
}


def make_cursor(listed: Listed, position: str) -> str:
    """The cursor of the page that begins after `position`."""
    return base64.urlsafe_b64encode(f"{listed}:{position}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class _Position:
    """A dependency: where the page begins, None for the first."""

    listed: Listed

    async def __call__(
        self,
        cursor: Annotated[
            str | None,
            Query(
                max_length=512,
                description="`nextCursor` of the page before.",
                examples=["a2V5czpHUkVFVElORw"],
            ),
        ] = None,
    ) -> str | None:
        if cursor is None:
            return None
        listed, _, position = _decoded(cursor).partition(":")
        if listed != self.listed or not _POSITIONS[self.listed].fullmatch(position):
            raise MalformedRequest("This cursor is none of ours: begin with the first page again.")
        return position


def _decoded(cursor: str) -> str:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


PrincipalCursor = Annotated[str | None, Depends(_Position(Listed.PRINCIPALS))]
TokenCursor = Annotated[str | None, Depends(_Position(Listed.TOKENS))]
GrantCursor = Annotated[str | None, Depends(_Position(Listed.GRANTS))]
KeyCursor = Annotated[str | None, Depends(_Position(Listed.KEYS))]
VersionCursor = Annotated[str | None, Depends(_Position(Listed.VERSIONS))]
EntryCursor = Annotated[str | None, Depends(_Position(Listed.ENTRIES))]
