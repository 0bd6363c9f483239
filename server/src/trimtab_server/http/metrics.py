"""What the process counts, in Prometheus' text format. No label ever holds a key or a value."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .request_context import began_at


class Metrics:
    """One registry per process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "trimtab_http_requests",
            "Requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "trimtab_http_request_seconds",
            "Time to the last byte.",
            ["route"],
            registry=self.registry,
        )
        self.changes = Counter(
            "trimtab_changes", "Changes committed by this process.", registry=self.registry
        )

        self.streams_open = Gauge(
            "trimtab_streams_open", "Streams that are open now.", registry=self.registry
        )
        self.stream_bytes = Counter(
            "trimtab_stream_bytes", "Bytes of events sent.", registry=self.registry
        )
        self.stream_resets = Counter(
            "trimtab_stream_resets",
            "Streams told to fetch the whole.",
            ["reason"],
            registry=self.registry,
        )
        self.stream_refusals = Counter(
            "trimtab_stream_refusals", "Streams not opened: too many.", registry=self.registry
        )
        self.stream_slow_closes = Counter(
            "trimtab_stream_slow_closes",
            "Streams closed because nothing was taken from them.",
            registry=self.registry,
        )

    def reply(self) -> Response:
        """All counters as text."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


class MetricsMiddleware:
    """Counts every request under its route's template: bounded, and free of what was asked."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, is_stream = began_at(scope), 500, False

        async def watch(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = any(b"text/event-stream" in value for _, value in message["headers"])
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path_format", "other")
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._metrics.requests.labels(method, route, str(status)).inc()
            if not is_stream:  # how long one was open says nothing about how quick we are
                self._metrics.seconds.labels(route).observe(time.monotonic() - began)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
