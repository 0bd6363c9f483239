"""Where the feed reads: the database, a transaction and a deadline for each question."""

import asyncio
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.queries import Application, find_application, list_applications
from trimtab_server.config.state import State
from trimtab_server.delivery.begin_epoch import begin_epoch
from trimtab_server.delivery.heads import follows, is_same
from trimtab_server.delivery.queries import load_newer, load_whole
from trimtab_server.infra.database import Database

# A database that hangs is away.
HEADS_SECONDS, LOAD_SECONDS = 3.0, 20.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one transaction saw: the head; the state, or None where it is the one that was held;
    and the folded keys that differ from that, or None where nobody knows."""

    head: Application
    state: State | None
    changed: frozenset[str] | None = None


class Source(Protocol):
    """The truth."""

    async def heads(self) -> list[Application]:
        """Every application with its head."""

    async def read(self, name: str, held: State | None) -> Reading:
        """The application now; only what is newer than `held`, where that can be told.

        Raises:
            UnknownApplication
        """

    async def begin_epoch(self, application_id: UUID, *, of: int, above: int) -> None:
        """A new epoch, if the application is still in epoch `of`."""


class DatabaseSource:
    """The same, from the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def heads(self) -> list[Application]:
        """One query."""
        async with asyncio.timeout(HEADS_SECONDS), self._database.read() as connection:
            return await list_applications(connection)

    async def read(self, name: str, held: State | None) -> Reading:
        """One query where nothing is newer."""
        async with asyncio.timeout(LOAD_SECONDS), self._database.read() as connection:
            head = await find_application(connection, name)
            if head is None:
                raise UnknownApplication(name)
            if held is not None and is_same(head, held.application):
                return Reading(head, None)
            if held is not None and follows(head, held.application):
                newer = await load_newer(connection, head, held)
                if newer is not None:
                    return Reading(head, *newer)
            return Reading(head, await load_whole(connection, head))

    async def begin_epoch(self, application_id: UUID, *, of: int, above: int) -> None:
        """One transaction; of several processes that find the same out, the first one does it."""
        reason = "the database held something else under a revision that was served"
        await begin_epoch(self._database, application_id, of=of, above=above, reason=reason)
