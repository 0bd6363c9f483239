"""Following from one background thread: for everything that is not asyncio."""

import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from trimtab.protocol import Close, Fetch, Open
from trimtab.snapshot import MAX_BODY_BYTES, Revision

from .exchange import (
    ASK_SECONDS,
    MAX_EVENT_BYTES,
    MAX_PROBLEM_BYTES,
    SNAPSHOT,
    STREAM,
    Requests,
    TooLarge,
    answer_to_fetch,
    fetch_failure,
    is_stream,
    open_failure,
    refused,
    rows_of,
    unreachable,
    why_path,
)
from .follower import Follower

_log = logging.getLogger("trimtab")


class FollowerThread:
    """One daemon thread that fetches, streams, backs off, and can be stopped at any moment."""

    def __init__(self, follower: Follower, requests: Requests) -> None:
        self._follower = follower
        self._requests = requests
        self._url = requests.profile.url
        self._wake = threading.Event()
        self._stopping = False
        self._response: httpx2.Response | None = None
        self._events: Iterator[httpx2.ServerSentEvent] | None = None
        self._http = httpx2.Client(**requests.options)
        self._thread = threading.Thread(target=self._run, name="trimtab", daemon=True)

    def start(self) -> None:
        """Start following."""
        self._thread.start()

    def wake(self) -> None:
        """Have a look now: something was asked for."""
        self._wake.set()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop; waits up to `seconds` for the thread, which is at most in the middle of a fetch."""
        self._stopping = True
        self._wake.set()
        _break(self._response)
        if threading.current_thread() is not self._thread:
            self._thread.join(seconds)

    def ask_why(self, key: str) -> list[Mapping[str, Any]] | None:
        """The server's chain for a key; None where it does not tell."""
        scope = self._requests.scope
        try:
            return rows_of(self._http.get(why_path(key), params=scope, timeout=ASK_SECONDS))
        except (httpx2.HTTPError, OSError):
            return None

    def fetch(self) -> None:
        """Fetch in the calling thread, beside the stream."""
        self._fetch(self._follower.protocol.holding.etag)
        self.wake()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._step()
            except Exception:  # noqa: BLE001  (the thread must outlive whatever goes wrong here)
                _log.exception("following the server failed; trying again")
                self._shut()
                self._wake.wait(1.0)
                self._follower.tell(self._follower.protocol.begin)
        self._shut()
        self._http.close()

    def _step(self) -> None:
        match self._follower.due():
            case Fetch(etag):
                self._fetch(etag)
            case Open(since):
                self._open(since)
            case Close():
                self._shut()
            case _ if self._events is not None:
                self._read_event(self._events)
            case _:
                self._wake.wait(self._follower.seconds_to_wait)
                self._wake.clear()
        self._follower.save()

    def _fetch(self, etag: str | None) -> None:
        follower = self._follower
        response: httpx2.Response | None = None
        try:
            with self._http.stream(
                "GET",
                SNAPSHOT,
                params=self._requests.scope,
                headers=self._requests.fetch_headers(etag),
            ) as response:
                if response.status_code in {200, 304}:
                    told = answer_to_fetch(response, _bounded(response, MAX_BODY_BYTES))
                    follower.failure = None
                else:
                    body = _bounded(response, MAX_PROBLEM_BYTES)
                    follower.failure = refused(response, body, self._url)
                    told = fetch_failure(follower.failure, response)
        except TooLarge:
            told = lambda protocol, now: protocol.malformed(now, "it is too large")  # noqa: E731
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            follower.failure = unreachable(error, self._url)
            told = fetch_failure(follower.failure)
        follower.tell(lambda now: told(follower.protocol, now))

    def _open(self, since: Revision) -> None:
        follower = self._follower
        request = self._http.build_request(
            "GET",
            STREAM,
            params=self._requests.scope,
            headers=self._requests.stream_headers(since),
            timeout=self._requests.stream_timeout,
        )
        try:
            response = self._http.send(request, stream=True)
            if is_stream(response):
                self._response = response
                self._events = iter(httpx2.EventSource(response, max_event_size=MAX_EVENT_BYTES))
                follower.tell(follower.protocol.opened)
                return
            try:
                body = _bounded(response, MAX_PROBLEM_BYTES)
            finally:
                response.close()
            told = open_failure(refused(response, body, self._url), response)
        except (httpx2.HTTPError, httpx2.StreamError, OSError, TooLarge) as error:
            told = open_failure(unreachable(error, self._url))
        follower.tell(lambda now: told(follower.protocol, now))

    def _read_event(self, events: Iterator[httpx2.ServerSentEvent]) -> None:
        protocol = self._follower.protocol
        try:
            event = next(events)
        except (StopIteration, httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            self._shut()
            if not self._stopping:
                why = str(error) or "the server ended the stream"
                self._follower.tell(lambda now: protocol.ended(now, why))
            return
        self._follower.tell(lambda now: protocol.event(now, event.event, event.data, event.retry))

    def _shut(self) -> None:
        response, self._response, self._events = self._response, None, None
        if response is not None:
            response.close()


def _bounded(response: httpx2.Response, most: int) -> bytes:
    """The body; raises TooLarge as soon as it is."""
    parts, size, ends_at = [], 0, time.monotonic() + 60.0
    for part in response.iter_bytes():
        size += len(part)
        if size > most or time.monotonic() > ends_at:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _break(response: httpx2.Response | None) -> None:
    """Wake the thread that waits for this response; only the socket may be touched from here."""
    if response is None:
        return
    network = response.extensions.get("network_stream")
    connection = network.get_extra_info("socket") if network is not None else None
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
