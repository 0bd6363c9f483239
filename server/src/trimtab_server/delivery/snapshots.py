"""The snapshots that this process holds."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from trimtab_server.access.categories import EVERY_CATEGORY, Categories
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import check_environment, existing_application
from trimtab_server.config.state import State
from trimtab_server.delivery.snapshot import Snapshot, build_snapshot
from trimtab_server.infra.database import Database

_MOST_HELD = 256


@dataclass(frozen=True, slots=True)
class _Place:
    """One environment of one application, as far as some readers may see it."""

    application: str
    environment: str
    sees: Categories


class Snapshots:
    """One per process. Every read asks the database for the head first, so none is ever stale."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[_Place, Snapshot] = OrderedDict()
        self._building: defaultdict[_Place, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(
        self, application: str, environment: str, sees: Categories
    ) -> tuple[Application, Snapshot]:
        """The current head and the environment's snapshot, without what may not be seen.

        Raises:
            UnknownApplication, UnknownEnvironment
        """
        async with self._database.read() as connection:
            head = await existing_application(connection, application)
            environments = await load_environments(connection, head.id)
        check_environment(environments, environment)
        place = _Place(application, environment, sees)
        async with self._building[place]:  # a thousand readers of a new revision build it once
            held = self._held.get(place)
            wanted = (head.epoch, environments[environment].touched_revision)
            if held is None or (held.epoch, held.touched) != wanted:
                head, held = await self._build(place)
                self._hold(place, held)
        return head, held

    def forget(self) -> None:
        """Drop everything: the next reader builds from the database."""
        self._held.clear()

    async def on_commit(self, application: str, outcomes: Sequence[Outcome]) -> None:
        """Build what the commits touched and somebody holds, before their authors are answered.

        Only the whole ones: those for readers of some categories wait for their next reader.
        """
        touched = {name for outcome in outcomes for name in outcome.touched}
        for place in list(self._held):
            is_whole = place.sees == EVERY_CATEGORY
            if is_whole and place.application == application and place.environment in touched:
                await self.get(application, place.environment, place.sees)

    def _hold(self, place: _Place, snapshot: Snapshot) -> None:
        self._held[place] = snapshot
        self._held.move_to_end(place)
        while len(self._held) > _MOST_HELD:
            gone, _ = self._held.popitem(last=False)
            self._building.pop(gone, None)

    async def _build(self, place: _Place) -> tuple[Application, Snapshot]:
        async with self._database.read() as connection:
            head = await existing_application(connection, place.application)
            state = State(
                head,
                await load_environments(connection, head.id),
                await load_settings(connection, head.id),
            )
        return head, build_snapshot(state, place.environment, place.sees)
