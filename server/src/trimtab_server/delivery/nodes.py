"""All server processes on one database, and asking every one of them to read again.

Each process keeps one row (`server_node`). Who wants all to read again raises `asked` in every
row, and says so by NOTIFY; each process looks at its own row at least every `POLL_SECONDS`, reads
everything it holds again, and writes what it holds then and which question that answers. A process
that was killed leaves its row behind: it goes when it does not answer, and one that was only slow
puts itself in again. So nothing is written while nobody asks (decision 0040).
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, insert, select, update

from trimtab_server.delivery.feed import POLL_SECONDS, Feed
from trimtab_server.delivery.models import server_node
from trimtab_server.infra.announcements import announce
from trimtab_server.infra.database import Database

_log = structlog.get_logger(__name__)

RELOAD = "reload"
ANSWER_SECONDS, DEADLINE_SECONDS = 3.0, 5.0
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """One process and the heads it holds by application, `epoch.revision`; None: no answer."""

    node: str
    heads: dict[str, str] | None


class Nodes:
    """This process among the others."""

    def __init__(self, database: Database, feed: Feed, node: str) -> None:
        self._database = database
        self._feed = feed
        self._asked = asyncio.Event()
        self._attending = asyncio.Lock()
        self.node = node

    def hint(self, payload: str) -> None:
        """Somebody asks: look at once."""
        if payload == RELOAD:
            self._asked.set()

    async def run(self) -> None:
        """Answer whoever asks, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await self.attend()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may work
                _log.info("node-not-attended", error=type(error).__name__)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._asked.wait()
            self._asked.clear()

    async def attend(self) -> None:
        """Be in the table, and answer what was asked of this process."""
        async with self._attending:
            mine = server_node.c.id == self.node
            columns = (server_node.c.asked, server_node.c.answered)
            async with self._database.read() as connection:
                row = (await connection.execute(select(*columns).where(mine))).one_or_none()
            if row is None:
                await self._enter()
            elif row.asked > row.answered:
                heads = json.dumps(await self._feed.reload())
                async with self._database.write() as connection:
                    answer = update(server_node).where(mine)
                    await connection.execute(answer.values(answered=row.asked, heads=heads))

    async def leave(self) -> None:
        """The process ends in good order."""
        with suppress(Exception):
            async with asyncio.timeout(1), self._database.write() as connection:
                await connection.execute(delete(server_node).where(server_node.c.id == self.node))

    async def reload(self) -> list[NodeAnswer]:
        """Have every process read again; gives what each holds then, this one first."""
        await self.attend()
        asked = await self._ask()
        await self.attend()
        answers = await self._answers(asked)
        silent = [one.node for one in answers if one.heads is None]
        if silent:
            async with self._database.write() as connection:
                await connection.execute(delete(server_node).where(server_node.c.id.in_(silent)))
        return sorted(answers, key=lambda one: (one.node != self.node, one.node))

    async def _enter(self) -> None:
        async with self._database.write() as connection:
            row = {"id": self.node, "asked": 0, "answered": 0, "heads": "{}"}
            await connection.execute(insert(server_node).values(row))

    async def _ask(self) -> dict[str, int]:
        """Raise every row's question; gives its number by node."""
        columns = (server_node.c.id, server_node.c.asked)
        async with self._database.write() as connection:
            # In one order, so that two who ask at once do not wait for each other.
            locked = select(*columns).order_by(server_node.c.id).with_for_update()
            asked = {row.id: row.asked + 1 for row in await connection.execute(locked)}
            await connection.execute(update(server_node).values(asked=server_node.c.asked + 1))
            await announce(connection, RELOAD)
        return asked

    async def _answers(self, asked: dict[str, int]) -> list[NodeAnswer]:
        """What was answered in time; who left in the meantime is not among them."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_SECONDS
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(select(server_node))).all()
            asked_rows = [row for row in rows if row.id in asked]
            answered = {row.id: row.heads for row in asked_rows if row.answered >= asked[row.id]}
            if len(answered) == len(asked_rows) or loop.time() >= until:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
        return [
            NodeAnswer(row.id, json.loads(answered[row.id]) if row.id in answered else None)
            for row in asked_rows
        ]
