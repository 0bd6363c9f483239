"""Every open stream of this process, and what is done about them once a second."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from trimtab_server.access.decide import sees_still
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.delivery.feed import Feed
from trimtab_server.errors import StoreUnavailable, Unauthenticated
from trimtab_server.http.metrics import Metrics

from .admission import Admission, StreamLimits, TooManyStreams
from .audience import Audience
from .audiences import Audiences, Place
from .frames import ResetReason
from .outlet import Outlet
from .subscriber import Subscriber

_log = structlog.get_logger(__name__)

BOOKMARK_SECONDS = 15.0
LOOK_SECONDS = 1.0
_PROOFS_AT_ONCE = 8
_SHUTDOWN_RETRY_MS = (500, 5_000)
_LAST_BYTES_SECONDS = 0.5

Authenticate = Callable[[Sequence[str]], Awaitable[Principal]]


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves a reader again and again: the Authorization header, and whose token that is."""

    authorization: str
    token_id: UUID


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One reader of one place."""

    place: Place
    credential: Credential
    audience: Audience
    subscriber: Subscriber


class Streams:
    """One per process. `run` must run while streams are open."""

    def __init__(
        self,
        feed: Feed,
        authenticate: Authenticate,
        metrics: Metrics,
        limits: StreamLimits,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.audiences = Audiences(feed, metrics)
        self._authenticate = authenticate
        self._metrics = metrics
        self._monotonic = monotonic
        self._admission = Admission(limits, monotonic)
        self._is_shut = False
        self._open: set[Stream] = set()
        self._bookmarks_at = monotonic() + BOOKMARK_SECONDS

    def admit(self, credential: Credential) -> None:
        """Count a stream that is about to open; `release` must follow.

        Raises:
            TooManyStreams
        """
        try:
            if self._is_shut:
                raise TooManyStreams
            self._admission.admit(credential.token_id)
        except TooManyStreams:
            self._metrics.stream_refusals.inc()
            raise

    def release(self, credential: Credential) -> None:
        """The end of `admit`."""
        self._admission.release(credential.token_id)

    def join(
        self,
        place: Place,
        credential: Credential,
        audience: Audience,
        outlet: Outlet,
        since: tuple[int, int] | None,
    ) -> Stream:
        """Send the first event, and from now on every other."""
        subscriber = Subscriber(outlet, self._monotonic)
        stream = Stream(place, credential, audience, subscriber)
        audience.send(audience.opening(since), [subscriber])
        audience.subscribers.add(subscriber)
        self._open.add(stream)
        self._metrics.streams_open.set(len(self._open))
        return stream

    def leave(self, stream: Stream) -> None:
        """The reader has gone, or was closed."""
        stream.audience.subscribers.discard(stream.subscriber)
        self._open.discard(stream)
        self._metrics.streams_open.set(len(self._open))

    async def run(self) -> None:
        """Look after all of them until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self.look_after))
            group.create_task(_again_and_again(self.prove_again))

    async def shut_down(self) -> None:
        """Tell everybody to come back, and close; whoever does not take it is cut off."""
        self._is_shut = True
        streams = list(self._open)
        for stream in streams:
            pause = random.randint(*_SHUTDOWN_RETRY_MS)  # noqa: S311 - only to spread them
            _end(stream, ResetReason.SHUTDOWN, retry_ms=pause)
        if any(stream.subscriber.outlet.waiting_bytes for stream in streams):
            await asyncio.sleep(_LAST_BYTES_SECONDS)
            for stream in streams:
                if stream.subscriber.outlet.waiting_bytes:
                    stream.subscriber.outlet.abort()

    async def prove_again(self) -> None:
        """Ask about every credential; end the streams of those that no longer hold.

        While the database is away nothing is known against anybody, and nothing new is sent.
        """
        held: defaultdict[str, list[Stream]] = defaultdict(list)
        for stream in self._open:
            held[stream.credential.authorization].append(stream)
        gate = asyncio.Semaphore(_PROOFS_AT_ONCE)

        async def prove(authorization: str, streams: Iterable[Stream]) -> None:
            async with gate:
                try:
                    principal = await self._authenticate([authorization])
                except StoreUnavailable:
                    return
                except Unauthenticated:
                    self._close(streams)
                    return
            self._close_where_changed(streams, principal)

        await asyncio.gather(*(prove(*one) for one in held.items()))

    def _close(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream in self._open:
                self.leave(stream)
                stream.subscriber.outlet.end()

    def _close_where_changed(self, streams: Iterable[Stream], principal: Principal) -> None:
        for stream in streams:
            place = stream.place
            holds = sees_still(
                principal,
                Permission.SNAPSHOT_READ,
                place.sees,
                application=place.application,
                environment=place.environment,
            )
            if not holds and stream in self._open:
                self.leave(stream)
                _end(stream, ResetReason.SCOPE)

    async def look_after(self) -> None:
        """Bookmarks when they are due; readers that take nothing, or again take something."""
        self.audiences.look_after()
        is_due = self._monotonic() >= self._bookmarks_at
        if is_due:
            self._bookmarks_at = self._monotonic() + BOOKMARK_SECONDS
        for _, audience in self.audiences:
            if is_due and audience.subscribers:
                audience.broadcast(audience.bookmark())
            await asyncio.sleep(0)
        for stream in list(self._open):
            subscriber = stream.subscriber
            if subscriber.is_stuck():
                self._metrics.stream_slow_closes.inc()
                self.leave(stream)
                subscriber.outlet.abort()
            elif subscriber.has_caught_up():
                stream.audience.send(stream.audience.reset(ResetReason.SLOW), [subscriber])


def _end(stream: Stream, reason: ResetReason, *, retry_ms: int | None = None) -> None:
    audience, subscriber = stream.audience, stream.subscriber
    audience.send(audience.reset(reason, retry_ms=retry_ms), [subscriber])
    subscriber.outlet.end()


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - one bad look must not be the last one
            _log.warning("streams-not-looked-after", error=type(error).__name__)
