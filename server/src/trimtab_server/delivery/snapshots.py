"""The snapshots that this process holds."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import check_environment, existing_application
from trimtab_server.config.state import State
from trimtab_server.delivery.snapshot import Snapshot, build_snapshot
from trimtab_server.infra.database import Database


class Snapshots:
    """One per process. Every read asks the database for the head first, so none is ever stale."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[tuple[str, str], Snapshot] = {}
        self._building: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, application: str, environment: str) -> tuple[Application, Snapshot]:
        """The current head and the environment's snapshot.

        Raises:
            UnknownApplication, UnknownEnvironment
        """
        async with self._database.read() as connection:
            head = await existing_application(connection, application)
            environments = await load_environments(connection, head.id)
        check_environment(environments, environment)
        place = (application, environment)
        async with self._building[place]:  # a thousand readers of a new revision build it once
            held = self._held.get(place)
            wanted = (head.epoch, environments[environment].touched_revision)
            if held is None or (held.epoch, held.touched) != wanted:
                head, held = await self._build(application, environment)
                self._held[place] = held
        return head, held

    def forget(self) -> None:
        """Drop everything: the next reader builds from the database."""
        self._held.clear()

    async def on_commit(self, application: str, outcomes: Sequence[Outcome]) -> None:
        """Build what the commits touched and somebody holds, before their authors are answered."""
        touched = {name for outcome in outcomes for name in outcome.touched}
        for name, environment in list(self._held):
            if name == application and environment in touched:
                await self.get(application, environment)

    async def _build(self, application: str, environment: str) -> tuple[Application, Snapshot]:
        async with self._database.read() as connection:
            head = await existing_application(connection, application)
            state = State(
                head,
                await load_environments(connection, head.id),
                await load_settings(connection, head.id),
            )
        return head, build_snapshot(state, environment)
