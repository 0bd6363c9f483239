"""Group commit: changes that wait for the same application are committed together."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import IntegrityError

from trimtab_server.config.change import commit_and_tell
from trimtab_server.config.committed import Committed, OnCommit
from trimtab_server.config.edits import PreparedChange
from trimtab_server.config.idempotency import IdempotencyKeyInFlight
from trimtab_server.config.outcome import Outcome
from trimtab_server.errors import TrimtabError
from trimtab_server.infra.database import Database

_log = structlog.get_logger(__name__)
MAX_TOGETHER = 64
Waiting = deque[tuple[PreparedChange, "asyncio.Future[Outcome]"]]


class Committer:
    """One per process. While one transaction is under way, the next batch gathers.

    `on_commit` is told what was committed, and awaited, before any caller gets its reply: what
    serves reads in this process is then at least as new as what was acknowledged.
    """

    def __init__(self, database: Database, on_commit: OnCommit) -> None:
        self._database = database
        self._on_commit = on_commit
        self._waiting: defaultdict[str, Waiting] = defaultdict(deque)
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._in_flight: set[tuple[str, str]] = set()

    async def commit(self, change: PreparedChange) -> Outcome:
        """Commit one change.

        Raises:
            ChangeRefused: nothing of it was stored.
            IdempotencyKeyInFlight: its twin is being carried out in this process right now.
        """
        if change.idempotency is None:
            return await self._enqueue(change)
        mark = (change.idempotency.principal, change.idempotency.key)
        if mark in self._in_flight:
            raise IdempotencyKeyInFlight
        self._in_flight.add(mark)
        try:
            return await self._enqueue(change)
        finally:
            self._in_flight.discard(mark)

    @property
    def is_busy(self) -> bool:
        """Whether anything is being committed, or told, right now."""
        return bool(self._writers)

    async def drain(self) -> None:
        """Wait until everything that was handed in is settled."""
        while self._writers:
            await asyncio.gather(*self._writers.values())

    async def _enqueue(self, change: PreparedChange) -> Outcome:
        settled: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[change.application].append((change, settled))
        if change.application not in self._writers:
            writer = asyncio.create_task(self._write_all(change.application))
            self._writers[change.application] = writer
        # A caller who goes away must not take the change back: it may be half-way to the disk.
        return await asyncio.shield(settled)

    async def _write_all(self, application: str) -> None:
        waiting = self._waiting[application]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), MAX_TOGETHER))]
                await self._write(application, batch)
        finally:
            del self._writers[application]
            del self._waiting[application]

    async def _write(
        self,
        application: str,
        batch: list[tuple[PreparedChange, "asyncio.Future[Outcome]"]],
    ) -> None:
        try:
            answers = await self._commit_together(application, [change for change, _ in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who wait
            answers = [error] * len(batch)
        for (_, settled), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Outcome):
                settled.set_result(answer)
            else:
                settled.set_exception(answer)
                settled.exception()  # a caller who went away leaves nobody to look at it

    async def _tell(self, committed: Committed) -> None:
        """What is committed is committed: whatever the listener makes of it fails nobody."""
        try:
            await self._on_commit(committed)
        except Exception as error:  # noqa: BLE001
            name = committed.after.application.name
            _log.warning("on-commit-failed", application=name, error=type(error).__name__)

    async def _commit_together(
        self, application: str, changes: list[PreparedChange]
    ) -> Sequence[Outcome | Exception]:
        try:
            return await commit_and_tell(self._database, application, changes, self._tell)
        except IntegrityError:
            if len(changes) == 1:
                return [StorageRefused()]
        return await self._commit_one_by_one(application, changes)

    async def _commit_one_by_one(
        self, application: str, changes: list[PreparedChange]
    ) -> Sequence[Outcome | TrimtabError]:
        """The database refused the batch as a whole: only its culprit may fail."""
        answers: list[Outcome | TrimtabError] = []
        for change in changes:
            try:
                answers += await commit_and_tell(self._database, application, [change], self._tell)
            except IntegrityError:
                answers.append(StorageRefused())
        return answers


class StorageRefused(TrimtabError):
    """The database refused this change; nothing of it was stored."""

    code = "storage-refused"
    status = 409
    title = "The database refused this change."
