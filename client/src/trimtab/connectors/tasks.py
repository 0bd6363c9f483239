"""Following from tasks of the application's own event loop: no thread."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
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
    Told,
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


class FollowerTasks:
    """A task that keeps time, and one for each request under way."""

    def __init__(self, follower: Follower, requests: Requests) -> None:
        self._follower = follower
        self._requests = requests
        self._url = requests.profile.url
        self._wake = asyncio.Event()
        self._http = httpx2.AsyncClient(**requests.options)
        self._main: asyncio.Task[None] | None = None
        self._stream: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start following, in the running loop."""
        self._main = asyncio.create_task(self._run(), name="trimtab")

    def wake(self) -> None:
        """Have a look now; from the loop's own thread."""
        self._wake.set()

    async def stop(self) -> None:
        """Stop, and wait until every task has ended."""
        tasks = [it for it in (self._main, self._stream, *self._others) if it is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def ask_why(self, key: str) -> list[Mapping[str, Any]] | None:
        """The server's chain for a key; None where it does not tell."""
        scope = self._requests.scope
        try:
            return rows_of(await self._http.get(why_path(key), params=scope, timeout=ASK_SECONDS))
        except (httpx2.HTTPError, OSError):
            return None

    async def fetch(self) -> None:
        """Fetch, beside the stream."""
        await self._fetch(self._follower.protocol.holding.etag)
        self.wake()

    async def _run(self) -> None:
        while True:
            try:
                await self._step()
            except Exception:  # noqa: BLE001  (the task must outlive whatever goes wrong here)
                _log.exception("following the server failed; trying again")
                self._shut()
                await asyncio.sleep(1.0)
                self._follower.tell(self._follower.protocol.begin)

    async def _step(self) -> None:
        match self._follower.due():
            case Fetch(etag):
                self._spawn(self._fetch(etag))
            case Open(since):
                self._shut()
                self._stream = asyncio.create_task(
                    self._follow_stream(since), name="trimtab-stream"
                )
            case Close():
                self._shut()
            case _:
                self._follower.save()
                await self._sleep()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(self._follower.seconds_to_wait):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    async def _fetch(self, etag: str | None) -> None:
        told = await self._told_by_fetch(etag)
        self._follower.tell(lambda now: told(self._follower.protocol, now))
        self.wake()

    async def _told_by_fetch(self, etag: str | None) -> Told:
        follower = self._follower
        try:
            async with self._http.stream(
                "GET",
                SNAPSHOT,
                params=self._requests.scope,
                headers=self._requests.fetch_headers(etag),
            ) as response:
                if response.status_code in {200, 304}:
                    told = answer_to_fetch(response, await _bounded(response, MAX_BODY_BYTES))
                    follower.failure = None
                    return told
                body = await _bounded(response, MAX_PROBLEM_BYTES)
                follower.failure = refused(response, body, self._url)
                return fetch_failure(follower.failure, response)
        except TooLarge:
            return lambda protocol, now: protocol.malformed(now, "it is too large")
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            follower.failure = unreachable(error, self._url)
            return fetch_failure(follower.failure)

    async def _follow_stream(self, since: Revision) -> None:
        told = await self._told_by_stream(since)
        # From here on a new stream may be opened, which is another task.
        self._stream = None
        self._follower.tell(lambda now: told(self._follower.protocol, now))
        self.wake()

    async def _told_by_stream(self, since: Revision) -> Told:
        try:
            async with self._http.stream(
                "GET",
                STREAM,
                params=self._requests.scope,
                headers=self._requests.stream_headers(since),
                timeout=self._requests.stream_timeout,
            ) as response:
                if not is_stream(response):
                    body = await _bounded(response, MAX_PROBLEM_BYTES)
                    return open_failure(refused(response, body, self._url), response)
                self._follower.tell(self._follower.protocol.opened)
                events = httpx2.EventSource(response, max_event_size=MAX_EVENT_BYTES)
                await self._hear(aiter(events))
                return lambda protocol, now: protocol.ended(now, "the server ended the stream")
        except (httpx2.HTTPError, httpx2.StreamError, OSError, TooLarge) as error:
            return open_failure(unreachable(error, self._url))

    async def _hear(self, events: AsyncIterator[httpx2.ServerSentEvent]) -> None:
        follower = self._follower
        async for event in events:
            follower.tell(
                lambda now, it=event: follower.protocol.event(now, it.event, it.data, it.retry)  # type: ignore[misc]
            )
            self.wake()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, name="trimtab-fetch")
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    def _shut(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()
            self._others.add(stream)
            stream.add_done_callback(self._others.discard)


async def _bounded(response: httpx2.Response, most: int) -> bytes:
    """The body; raises TooLarge as soon as it is."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)
