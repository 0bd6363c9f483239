"""When each token was last used: known to the minute, and never waited for."""

import asyncio
import time
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy import update

from trimtab_server.infra.database import Database, database_now

from .models import token

_log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0
_MOST_KNOWN = 10_000


class TokenUse:
    """Writes in the background which tokens were used, each at most once a minute.

    What cannot be written is forgotten: the next use tries again.
    """

    def __init__(
        self, database: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._noted: dict[UUID, float] = {}
        self._waiting: set[UUID] = set()
        self._writer: asyncio.Task[None] | None = None

    def note(self, token_id: UUID) -> None:
        """The token has just let somebody in."""
        now = self._monotonic()
        if now - self._noted.get(token_id, -EVERY_SECONDS) < EVERY_SECONDS:
            return
        if len(self._noted) >= _MOST_KNOWN:
            self._noted.clear()
        self._noted[token_id] = now
        self._waiting.add(token_id)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())

    async def drain(self) -> None:
        """Wait until everything that was noted is written."""
        while self._writer is not None:
            await asyncio.shield(self._writer)

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                ids, self._waiting = self._waiting, set()
                await self._write(ids)
        except Exception as error:  # noqa: BLE001 - whoever came in stays in
            _log.warning("token-use-not-written", error=type(error).__name__)
        finally:
            self._writer = None

    async def _write(self, ids: set[UUID]) -> None:
        async with self._database.write() as connection:
            at = await database_now(connection)
            await connection.execute(
                update(token).where(token.c.id.in_(ids)).values(last_used_at=at)
            )
