"""The asynchronous client."""

import asyncio
import os
from collections.abc import Callable, Generator
from contextlib import suppress
from inspect import isawaitable
from typing import Any, Self, Unpack

from trimtab.connectors import FileConnector, Follower, FollowerTasks, MemoryConnector, set_up
from trimtab.errors import NotInTime, TrimtabError
from trimtab.explain import Explanation
from trimtab.profile import find_profile
from trimtab.reader import (
    ASK_AFTER_SECONDS,
    Mode,
    Options,
    Reader,
    Status,
    check_mode,
    file_of,
    pace_for,
    say_what_is_used,
    should_wait,
    should_wait_if_required,
    status_of,
    store_for,
    why_not_in_force,
    why_not_started,
)
from trimtab.snapshot import Revision


class AsyncClient(Reader):
    """A program's live configuration, followed from tasks of its own event loop: no thread.

    `async with trimtab.connect_async() as cfg:` starts and closes it; so do `await` and `aclose`.
    Reads are the same as of the synchronous client and need no await. Before it is started, and
    after it is closed, it gives what is in force then. The child of a fork starts one of its own.
    """

    __slots__ = ("_changed", "_file", "_follower", "_memory", "_mode", "_options", "_tasks")

    def __init__(self, options: Options, mode: Mode) -> None:
        super().__init__(store_for(options))
        self._options = options
        self._mode = mode
        self._memory: MemoryConnector | None = None
        self._file: tuple[FileConnector, asyncio.Task[None]] | None = None
        self._follower: Follower | None = None
        self._tasks: FollowerTasks | None = None
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __await__(self) -> Generator[Any, None, Self]:
        return self.__aenter__().__await__()

    @property
    def memory(self) -> MemoryConnector:
        """In mode `memory`: `cfg.memory.set({...})` puts the next revision in force."""
        if self._memory is None:
            raise TrimtabError("Only a client of mode memory that is started has something to set.")
        return self._memory

    async def aclose(self) -> None:
        """Stop following; values stay readable as they are. May be called twice."""
        if self._tasks is not None:
            await self._tasks.stop()
        if self._file is not None:
            self._file[1].cancel()
            with suppress(asyncio.CancelledError):
                await self._file[1]
        if self._follower is not None:
            self._follower.save(at_once=True)

    def callback(self, callback: Callable[..., object]) -> Callable[..., object]:
        """What is called for a callback of the program; a coroutine function runs as a task."""
        tasks: set[asyncio.Future[Any]] = set()

        def told(*arguments: object) -> None:
            result = callback(*arguments)
            if isawaitable(result):
                task = asyncio.ensure_future(result)
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                task.add_done_callback(self._report)

        return told

    def status(self) -> Status:
        """Where this client stands: source, revision, age, what went wrong; never a value."""
        follows = self._follower or (self._file[0] if self._file else None)
        return status_of(self.store, self._mode, follows.standing() if follows else None)

    async def explain(self, key: str) -> Explanation:
        """Every place the key's value could come from, in order: which won, which lost, and why.

        Asks the server for the whole chain where this token may read it; without an answer within
        two seconds the chain is what the snapshot shows. The process's own row is always filled in.
        """
        return self._explained(key, await self._tasks.ask_why(key) if self._tasks else None)

    async def reload(self) -> None:
        """Ask the server (or look at the file) now, and resolve variables and references again.

        Returns when what came back is in force. Raises ServerUnreachable, Refused or
        NotATrimtabAnswer; what is in force stays then.
        """
        if self._file is not None:
            self._file[0].check()
        if self._tasks is not None and self._follower is not None:
            await self._tasks.fetch()
            if self._follower.failure is not None:
                raise self._follower.failure
        self.store.refresh()

    async def wait_for(self, revision: Revision | str, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Return when everything up to this revision of the application is in force here.

        Raises:
            NotInTime: it is not after `timeout` seconds; the reason says whether it was refused.
            ValueError: that is no revision.
        """
        wanted = Revision.parse(str(revision))
        follower = self._follower
        if follower is None:
            reached = self.revision is not None and self.revision >= wanted
        else:
            reached = await self._until_reached(follower, wanted, timeout)
        if not reached:
            raise NotInTime(str(wanted), str(self.revision), why_not_in_force(self.status()))

    async def _until_reached(self, follower: Follower, wanted: Revision, seconds: float) -> bool:
        """A change of another environment comes down no stream of this one: so ask for it."""
        soon = min(seconds, ASK_AFTER_SECONDS)
        if await self._until(lambda: follower.reached(wanted), soon):
            return True
        if seconds > soon and self._tasks is not None:
            await self._tasks.fetch()
        return await self._until(lambda: follower.reached(wanted), seconds - soon)

    async def _start(self) -> None:
        options = self._options
        if self._mode == "memory":
            self._memory = MemoryConnector(self.store, options.get("values"))
        elif self._mode == "file":
            connector = FileConnector(self.store, file_of(options))
            connector.check()
            self._file = (connector, asyncio.create_task(connector.follow(), name="trimtab"))
        else:
            await self._follow(options)

    async def _follow(self, options: Options) -> None:
        environ = options.get("environ", os.environ)
        profile = find_profile(
            url=options.get("url"),
            token=options.get("token"),
            application=options.get("application"),
            environment=options.get("environment"),
            environ=environ,
            directory=options.get("profile_dir"),
        )
        follower, requests = set_up(
            self.store,
            profile,
            streaming=self._mode == "stream",
            pace=pace_for(options),
            lkg_path=options.get("lkg_path"),
            environ=environ,
        )
        self._follower = follower
        follower.on_progress = self._wake_waiters
        follower.begin()
        self._tasks = FollowerTasks(follower, requests)
        self._tasks.start()
        seconds, required = options.get("start_timeout", 5.0), options.get("required", False)
        waits = should_wait_if_required if required else should_wait
        await self._until(lambda: not waits(follower), seconds)
        if required and not follower.has_answer:
            await self.aclose()
            raise why_not_started(follower, seconds)
        say_what_is_used(follower)

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Several may wait at once: progress wakes all, and the next wait is on a new event."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return holds()
        return True

    def _wake_waiters(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _report(self, task: "asyncio.Future[Any]") -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self.store.callback_failed(error)


def connect_async(**options: Unpack[Options]) -> AsyncClient:
    """A client for asyncio; start it with `async with` or `await`. Options as for `connect`.

    An outage is no error; see `connect`. What starting it may raise is the same, too.
    """
    return AsyncClient(options, check_mode(options))
