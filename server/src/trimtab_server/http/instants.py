"""Instants on the wire."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: texts sort as times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
