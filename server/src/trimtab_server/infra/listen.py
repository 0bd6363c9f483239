"""Hearing what other processes announce, on a PostgreSQL connection of its own."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships none
import structlog

from trimtab_server.infra.announcements import CHANNEL
from trimtab_server.infra.database import Database

_log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
PROBE_SECONDS, ANSWER_SECONDS = 10.0, 3.0
_OF_SQLALCHEMY = {"prepared_statement_cache_size", "prepared_statement_name_func"}


class Listener:
    """Keeps listening: a connection that ends, or no longer answers, is replaced.

    It stands outside the pool, because a pooled connection that waits would be one less. What is
    announced while there is none is lost: `on_connected` has to look at what it might have been.
    """

    def __init__(
        self,
        database: Database,
        on_payload: Callable[[str], None],
        on_connected: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._on_payload = on_payload
        self._on_connected = on_connected
        self.is_connected = False

    async def run(self) -> None:
        """Listen until cancelled."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._listen()
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may work
                _log.info("listener-not-connected", error=type(error).__name__)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - no secret
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        """Connect and listen until the connection is lost."""
        lost = asyncio.Event()
        arguments = connect_arguments(self._database)
        connection = await asyncpg.connect(**arguments, timeout=ANSWER_SECONDS)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._hear)
            self.is_connected = True
            await self._on_connected()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE_SECONDS):
                        await lost.wait()
                if not lost.is_set():  # a peer that vanished without a word says nothing
                    await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
        finally:
            self.is_connected = False
            connection.terminate()

    def _hear(self, _connection: object, _process: int, _channel: str, payload: object) -> None:
        self._on_payload(str(payload))


def connect_arguments(database: Database) -> dict[str, Any]:
    """What `asyncpg.connect` takes: the engine's own address, and the same proof of who it is."""
    engine = database.engine
    _, arguments = engine.dialect.create_connect_args(engine.url)
    told = {name: value for name, value in arguments.items() if name not in _OF_SQLALCHEMY}
    return told | database.connect_args
