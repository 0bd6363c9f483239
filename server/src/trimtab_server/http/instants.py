"""Instants on the wire."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(1024)  # what was written in one change bears one instant
def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: texts sort as times do."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"  # without its +00:00
