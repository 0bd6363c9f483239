"""Many ask, one goes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SingleFlight(Generic[Answer]):
    """One piece of work at a time, shared by all who wait for it.

    Calling gives an answer that was begun after the call: who asks while one is under way shares
    the next. So an answer is never older than the question.
    """

    def __init__(self, work: Callable[[], Awaitable[Answer]]) -> None:
        self._work = work
        self._running: asyncio.Task[Answer] | None = None
        self._next: asyncio.Task[Answer] | None = None

    async def __call__(self) -> Answer:
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
            self._next.add_done_callback(_look_at)
        return await asyncio.shield(self._next)  # whoever asked first may hang up

    @property
    def is_under_way(self) -> bool:
        """Whether somebody may be waiting."""
        running = self._running is not None and not self._running.done()
        return running or self._next is not None

    async def any(self) -> Answer:
        """The answer of whatever is under way already, else a new one."""
        if self._running is not None and not self._running.done():
            return await asyncio.shield(self._running)
        return await self()

    async def _after(self, running: "asyncio.Task[Answer] | None") -> Answer:
        if running is not None and not running.done():
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        return await self._work()


def _look_at(task: "asyncio.Task[Answer]") -> None:
    """A failure that nobody waits for any more is nobody's."""
    if not task.cancelled():
        task.exception()
