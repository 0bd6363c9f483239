"""Requests of a follower, and what their answers mean for it. Sync and async read the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from trimtab.errors import BadSnapshot, NotATrimtabAnswer, ServerUnreachable, TrimtabError
from trimtab.profile import Profile
from trimtab.protocol import Pace, Protocol
from trimtab.snapshot import MAX_BODY_BYTES, Revision, read_snapshot
from trimtab.transport import (
    HttpOptions,
    http_options,
    refusal,
    retry_after_seconds,
    why_unreachable,
)

SNAPSHOT = "/api/v1/snapshot"
STREAM = "/api/v1/stream"
ASK_SECONDS = 2.0
MAX_PROBLEM_BYTES = 64 * 1024
MAX_EVENT_BYTES = MAX_BODY_BYTES
_HAS_NO_STREAM = frozenset({404, 405, 501})
Told = Callable[[Protocol, float], None]


class TooLarge(Exception):
    """An answer beyond what is read."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests for one environment of a server."""

    profile: Profile
    pace: Pace

    @property
    def options(self) -> HttpOptions:
        """For the HTTP client."""
        timeout = httpx2.Timeout(10.0, connect=5.0)
        return http_options(self.profile, channel="sdk", timeout=timeout)

    @property
    def scope(self) -> dict[str, str]:
        """Which environment is meant, as query parameters."""
        scope = {"application": self.profile.application}
        if self.profile.environment is not None:
            scope["environment"] = self.profile.environment
        return scope

    @property
    def stream_timeout(self) -> httpx2.Timeout:
        """A stream may be silent for as long as the protocol allows, and a moment more."""
        return httpx2.Timeout(10.0, connect=5.0, read=self.pace.silence + 1.0)

    def fetch_headers(self, etag: str | None) -> dict[str, str]:
        """For the snapshot."""
        return {} if etag is None else {"If-None-Match": etag}

    def stream_headers(self, since: Revision) -> dict[str, str]:
        """For the stream after this revision."""
        return {
            "Accept": "text/event-stream",
            "Cache-Control": "no-store",
            "Last-Event-ID": str(since),
        }


def answer_to_fetch(response: httpx2.Response, body: bytes) -> Told:
    """What a complete answer with status 200 or 304 tells the protocol."""
    head = _revision(response.headers)
    if response.status_code == 304:
        return lambda protocol, now: protocol.unchanged(now, head)
    try:
        snapshot = read_snapshot(body)
    except BadSnapshot as error:
        reason = error.reason
        return lambda protocol, now: protocol.malformed(now, reason)
    etag = response.headers.get("ETag")
    return lambda protocol, now: protocol.whole(now, snapshot, etag, head)


def why_path(key: str) -> str:
    """Where the server tells a key's chain."""
    return f"/api/v1/config/explain/{quote(key, safe='')}"


def rows_of(response: httpx2.Response) -> list[Mapping[str, Any]] | None:
    """The rows of a chain; None for any answer that is none, a refusal among them."""
    if response.status_code != 200:
        return None
    try:
        rows = response.json()["candidates"]
    except (ValueError, KeyError, TypeError):
        return None
    ok = isinstance(rows, list) and all(isinstance(it, dict) and "source" in it for it in rows)
    return rows if ok else None


def refused(response: httpx2.Response, body: bytes, url: str) -> TrimtabError:
    """The error that any other answer is."""
    # Content-Encoding is undone already.
    headers = {
        name: value
        for name, value in response.headers.items()
        if name.lower() in {"content-type", "retry-after", "etag"}
    }
    whole = httpx2.Response(response.status_code, headers=headers, content=body)
    if response.is_success or response.is_redirect:
        return NotATrimtabAnswer(url, f"status {response.status_code}")
    return refusal(whole, url)


def unreachable(error: Exception, url: str) -> TrimtabError:
    """The error that no answer is."""
    why = why_unreachable(error) if isinstance(error, httpx2.HTTPError) else type(error).__name__
    return ServerUnreachable(url, why)


def fetch_failure(error: TrimtabError, response: httpx2.Response | None = None) -> Told:
    """What a fetch that failed tells the protocol."""
    pause = None if response is None else retry_after_seconds(response)
    return lambda protocol, now: protocol.fetch_failed(now, str(error), pause)


def open_failure(error: TrimtabError, response: httpx2.Response | None = None) -> Told:
    """What a stream that could not be opened tells the protocol."""
    pause = None if response is None else retry_after_seconds(response)
    none = response is not None and response.status_code in _HAS_NO_STREAM
    return lambda protocol, now: protocol.ended(now, str(error), pause, there_is_none=none)


def is_stream(response: httpx2.Response) -> bool:
    """Whether this is the stream that was asked for."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    return response.status_code == 200 and kind == "text/event-stream"


def _revision(headers: Mapping[str, str]) -> Revision | None:
    try:
        return Revision.parse(headers.get("Trimtab-Revision", ""))
    except ValueError:
        return None
