"""What this process knows of every application, and how it stays the newest there is.

One `Feed` per process holds applications in memory (`held.py`): everything programs read is
answered from there, without a query. It moves on

* with this process's own commits, before their authors are answered (`on_commit`,
  `on_announced`);
* when another process announces a commit (`hint`, from LISTEN on PostgreSQL): a hint only;
* by looking at the heads of all applications every `POLL_SECONDS`: that is the floor, also on
  SQLite, where another process may write too.

A newer head is followed by reading what changed since, and nothing else. A head never moves down
within an epoch. Where the database's does (a restore, a failover that lost commits) its numbers
stand for something else now, and the application is given a new epoch.

For the stream: `await feed.watch(application, environment, sees, callback)` gives the snapshot to
begin from and calls `callback(Step)` synchronously for every step after it, own commits included,
in order and without gaps; `feed.unwatch(...)` ends that. A `Step` carries the two snapshots (each
with `.revision`, `.digest`, `.items`) and the items that differ: see `held.py`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog

from trimtab_server.access.categories import Categories
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.queries import Application
from trimtab_server.config.committed import Committed
from trimtab_server.config.revision_wait import WAIT_SECONDS, RevisionNotAvailable
from trimtab_server.config.state import State
from trimtab_server.delivery.heads import head_of, is_same, went_back
from trimtab_server.delivery.held import Held, Watcher
from trimtab_server.delivery.holdings import MOST_APPLICATIONS, Holdings
from trimtab_server.delivery.single_flight import SingleFlight
from trimtab_server.delivery.snapshot import Snapshot
from trimtab_server.delivery.source import Source
from trimtab_server.http.store_outage import is_store_outage

_log = structlog.get_logger(__name__)

# What other servers kept of an application, and the seconds since the database confirmed it.
FindKept = Callable[[str], Awaitable[tuple[State, float] | None]]
POLL_SECONDS, _SHORTEST_PAUSE_SECONDS = 0.8, 0.2
_OWN_COMMIT_PAUSES, _OWN_COMMIT_PAUSE_SECONDS = 5, 0.004


class Feed:
    """See the module."""

    def __init__(
        self,
        source: Source,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._wait_seconds = wait_seconds
        self._source = source
        self.monotonic = monotonic
        self.holdings = Holdings()
        self._readings: dict[str, SingleFlight[Held]] = {}
        self._unsure: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_database_away = False
        self.is_writing: Callable[[], bool] = lambda: False
        self.find_kept: FindKept | None = None
        self.borrowed: dict[str, Held] = {}

    @property
    def serves_reads(self) -> bool:
        """Whether anything is held: reads of it go on whatever the database does."""
        return bool(self.holdings.all() or self.borrowed)

    async def held(self, application: str) -> Held:
        """What is held of it, read from the database only the first time.

        Raises:
            UnknownApplication
        """
        return self.holdings.use(application) or await self._reading(application).any()

    async def refresh(self, application: str) -> Held:
        """The same, after a look at the database that began after this call.

        Raises:
            UnknownApplication
        """
        return await self._reading(application)()

    async def at_least(self, application: str, epoch: int, revision: int) -> Held:
        """The same at that revision or a later one: looks itself, and waits.

        Raises:
            UnknownApplication
            RevisionNotAvailable: it was not there within two seconds (`wait_seconds`).
        """
        held = await self.held(application)
        try:
            async with asyncio.timeout(self._wait_seconds):
                while held.head < (epoch, revision):
                    moved = self.holdings.next_move()
                    held = await self._look(application, held)
                    if held.head < (epoch, revision):
                        await moved.wait()
        except TimeoutError:
            raise RevisionNotAvailable from None
        return held

    async def reload(self) -> dict[str, str]:
        """Read everything that is held again, as a whole; `epoch.revision` of each application.

        What somebody wrote around the server is found here: it gets an epoch of its own, because
        its revision was served with something else.
        """
        heads: dict[str, str] = {}
        for name in self.holdings.all():
            self._unsure.add(name)
            try:
                heads[name] = "{}.{}".format(*(await self.refresh(name)).head)
            except UnknownApplication:
                continue
        return heads

    async def watch(
        self, application: str, environment: str, sees: Categories, watcher: Watcher
    ) -> Snapshot:
        """The snapshot as it is, and from here on every step (see `held.Step`).

        Raises:
            UnknownApplication, UnknownEnvironment
        """
        return (await self.held(application)).watch(environment, sees, watcher)

    def unwatch(
        self, application: str, environment: str, sees: Categories, watcher: Watcher
    ) -> None:
        """The end of `watch`."""
        held = self.holdings.peek(application)
        if held is not None:
            held.unwatch(environment, sees, watcher)

    async def on_commit(self, committed: Committed) -> None:
        """This process committed that: hold it before its author is told."""
        after = committed.after
        head, held = after.application, self.holdings.peek(after.application.name)
        self.holdings.saw(head)
        if held is None or held.application.id != head.id or held.head >= head_of(head):
            return
        if held.head == (head.epoch, committed.since):
            settings = {**held.state.settings, **after.settings}
            state = State(head, after.environments, settings)
            self.holdings.hold(state, frozenset(after.settings), self.monotonic())
        else:
            await self.refresh(head.name)

    async def on_announced(self, payloads: Sequence[str]) -> None:
        """This process committed something in another way: look before its author is told."""
        for name in {name for payload in payloads for name in self._news(payload)}:
            await self._look_quietly(name)

    def hint(self, payload: str) -> None:
        """Some process says that it committed: look, unless that is known."""
        if self._news(payload):
            self._later(self._follow(payload))

    async def look(self) -> None:
        """Compare every head with the database's, and follow those that moved."""
        began, held = self.monotonic(), self.holdings.all()
        try:
            heads = {one.name: one for one in await self._source.heads()}
        except Exception as error:
            self.is_database_away = is_store_outage(error)
            raise
        self.is_database_away = False
        self.borrowed.clear()
        for name, one in held.items():
            head = heads.get(name)
            if head is not None and is_same(head, one.application):
                one.confirm(began)
            else:
                self._later(self._look_quietly(name))
        # Held before anybody asks: whoever asks first may ask in an outage.
        new = [name for name in heads if name not in held]
        for name in new[: max(0, MOST_APPLICATIONS - len(held))]:
            self._later(self._look_quietly(name))

    async def run(self) -> None:
        """Look at the heads again and again, until cancelled."""
        while True:
            next_look = self.monotonic() + POLL_SECONDS
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may work
                _log.warning("heads-not-read", error=type(error).__name__)
            await asyncio.sleep(max(_SHORTEST_PAUSE_SECONDS, next_look - self.monotonic()))

    async def drain(self) -> None:
        """Wait for what is being read."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _news(self, payload: str) -> list[str]:
        """The application that an announcement is about, if it is held and not as new as that."""
        application_id, _, head = payload.partition(":")
        epoch, _, revision = head.partition(":")
        if not (epoch.isdecimal() and revision.isdecimal()):
            return []
        said = (int(epoch), int(revision))
        return [
            name
            for name, held in self.holdings.all().items()
            if str(held.application.id) == application_id and held.head < said
        ]

    def _later(self, look: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(look)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, payload: str) -> None:
        """An announcement overtakes the writer's own reply: what this process is just committing
        it will know in a moment, without reading it again."""
        for _ in range(_OWN_COMMIT_PAUSES):
            if not self.is_writing():
                break
            await asyncio.sleep(_OWN_COMMIT_PAUSE_SECONDS)
            if not self._news(payload):
                return
        for name in self._news(payload):
            await self._look_quietly(name)

    async def _look_quietly(self, name: str) -> None:
        try:
            await self.refresh(name)
        except UnknownApplication:
            return
        except Exception as error:  # noqa: BLE001 - the next look finds the same
            _log.warning("application-not-read", application=name, error=type(error).__name__)

    async def _look(self, application: str, held: Held) -> Held:
        """A look at the database; while it is away, what is held."""
        try:
            return await self.refresh(application)
        except Exception as error:
            if not is_store_outage(error):
                raise
            return held

    def _reading(self, name: str) -> SingleFlight[Held]:
        reading = self._readings.get(name)
        if reading is None:
            if len(self._readings) > 4 * MOST_APPLICATIONS:  # names come from callers, too
                self._readings = {
                    one: flight for one, flight in self._readings.items() if flight.is_under_way
                }
            reading = self._readings[name] = SingleFlight(lambda: self._read(name))
        return reading

    async def _read(self, name: str) -> Held:
        """Read until what is read is not older than anything seen here."""
        while True:
            seen, is_unsure = self.holdings.newest_seen(name), name in self._unsure
            began, held = self.monotonic(), None if is_unsure else self.holdings.peek(name)
            try:
                reading = await self._source.read(name, held.state if held else None)
            except UnknownApplication:
                self.holdings.drop(name)
                raise
            if held is not None and reading.state is None:
                held.confirm(began)
                return self.holdings.peek(name) or held
            if seen is not None and went_back(reading.head, seen):
                await self._begin_epoch(reading.head, seen)
            elif reading.state is None or self.holdings.is_superseded(reading.head):
                continue
            elif is_unsure and self._is_another(reading.state):
                await self._begin_epoch(reading.head, reading.head)
            else:
                self._unsure.discard(name)
                return self.holdings.hold(reading.state, reading.changed, began)

    def _is_another(self, state: State) -> bool:
        """Whether something else is held under the same head."""
        held = self.holdings.peek(state.application.name)
        if held is None or not is_same(held.application, state.application):
            return False
        return dict(held.state.settings) != dict(state.settings)

    async def _begin_epoch(self, head: Application, seen: Application) -> None:
        _log.warning("new-epoch", application=head.name, revision=head.revision)
        await self._source.begin_epoch(head.id, of=head.epoch, above=seen.epoch)
