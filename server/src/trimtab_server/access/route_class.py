"""Kinds of requests that are counted apart, because one costs what a thousand of another do."""

from enum import StrEnum


class RouteClass(StrEnum):
    """What a request is, as rate limits tell them apart."""

    # What programs read: snapshots, streams that are opened, exports, single keys.
    DELIVERY = "delivery"
    READ = "read"
    WRITE = "write"
    # What goes through everything there is.
    CHECK = "check"


_READING = frozenset({"GET", "HEAD"})
_DELIVERED = frozenset({"/api/v1/snapshot", "/api/v1/stream", "/api/v1/export"})
_CONFIG = "/api/v1/config/"
_NO_KEYS = frozenset({"categories", "schema", "diff"})
_CHECKS = frozenset({"/api/v1/audit/verify", "/api/v1/config/reload"})


def route_class(method: str, path: str) -> RouteClass:
    """The kind of a request, told from its line alone: before anything else is looked at."""
    if path in _CHECKS:
        return RouteClass.CHECK
    if method not in _READING:
        return RouteClass.WRITE
    is_key = path.startswith(_CONFIG) and path[len(_CONFIG) :] not in _NO_KEYS
    return RouteClass.DELIVERY if path in _DELIVERED or is_key else RouteClass.READ
