"""Query parameters: those that are not text have one spelling each, nothing is coerced."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

MAX_PAGE = 1_000

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def _flag(text: Any) -> bool:
    if text not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "must be true or false")
    return bool(text == "true")


def _whole(text: Any) -> int:
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise PydanticCustomError("int_parsing", "must be a whole number in decimal digits")
    return int(text)


def _instant(text: Any) -> datetime:
    try:
        if isinstance(text, str) and _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError(
        "datetime_parsing",
        "must be an instant with its time zone, like 2026-11-23T08:00:00Z (write + as %2B)",
    )


Flag = Annotated[bool, BeforeValidator(_flag)]
PageNumber = Annotated[int, Field(ge=1, le=MAX_PAGE), BeforeValidator(_whole)]
RevisionNumber = Annotated[int, Field(ge=0, le=2**53 - 1), BeforeValidator(_whole)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
"""RFC 3339, section 5.6, with upper-case T and Z; in UTC."""

KeyPrefix = Annotated[
    str | None,
    Query(max_length=255, description="Only keys that begin so.", examples=["ELEVENLABS_"]),
]
CategoryFilter = Annotated[
    str | None,
    Query(max_length=63, description="Only this category.", examples=["voice_settings"]),
]
IfChanged = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        description="The ETag of the answer that is held: 304 if it still stands.",
        examples=['"7516c394cb6d44a62c837fc4"'],
    ),
]
