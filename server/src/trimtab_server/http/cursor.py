"""Pages: how many items, and after which one. A cursor is opaque to callers."""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Query

from trimtab_server.errors import MalformedRequest
from trimtab_server.http.parameters import Whole

MAX_PAGE = 1_000
PageSize = Annotated[Whole, Query(ge=1, le=MAX_PAGE, description="Items on a page.")]


def make_cursor(position: str) -> str:
    """The cursor of the page that begins after `position`."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def _position(
    cursor: Annotated[
        str | None, Query(max_length=512, description="`nextCursor` of the page before.")
    ] = None,
) -> str | None:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        position = ""
    if not position or "\x00" in position:
        raise MalformedRequest("This cursor is none of ours: begin with the first page again.")
    return position


Cursor = Annotated[str | None, Depends(_position)]
