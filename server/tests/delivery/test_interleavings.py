"""Filling what is held and overtaking it, in every order that a seed gives: nobody who shows a
revision is answered with an older one, and no head moves down.

    TRIMTAB_LONG_TESTS=1 ./dev test server/tests/delivery/test_interleavings.py

runs 100,000 orders; the ordinary run takes 2,000.
"""

import asyncio
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from trimtab_server.access.categories import EVERY_CATEGORY
from trimtab_server.catalog.definition import Definition
from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.catalog.queries import Application
from trimtab_server.config.committed import Committed
from trimtab_server.config.state import SettingState, State, Stored
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.heads import follows, is_same
from trimtab_server.delivery.held import Held, Step
from trimtab_server.delivery.snapshot import build_snapshot
from trimtab_server.delivery.source import Reading
from trimtab_server.kernel.value_types import ValueType

ORDERS = 100_000 if os.environ.get("TRIMTAB_LONG_TESTS") == "1" else 2_000
AT = datetime(2026, 1, 1, tzinfo=UTC)
ID = UUID(int=1)
KEYS = ("a", "b", "c")


class Memory:
    """A store in memory, whose answers take a random number of steps of the event loop, before
    and after the moment at which they are true."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        tree = EnvironmentTree([Environment(ID, "base", None, 0, 0, AT)])
        definition = Definition("general", ValueType.INTEGER)
        settings = {
            key: SettingState(UUID(int=number), key, definition, 1, False, AT, AT, "x")
            for number, key in enumerate(KEYS, 2)
        }
        self.states = [State(Application(ID, "default", 7, 0, AT, AT), tree, settings)]

    @property
    def now(self) -> State:
        return self.states[-1]

    def write(self) -> Committed:
        """One key becomes its revision."""
        before, key = self.now, self.random.choice(KEYS)
        revision = before.application.revision + 1
        at = AT + timedelta(seconds=revision)
        head = replace(before.application, revision=revision, changed_at=at)
        tree = EnvironmentTree([Environment(ID, "base", None, revision, 0, AT)])
        stored = Stored(ID, str(revision), revision, AT, at, "x")
        setting = before.settings[key].with_value("base", stored)
        self.states.append(State(head, tree, {**before.settings, key: setting}))
        return Committed(revision - 1, State(head, tree, {key: setting}))

    async def pause(self) -> None:
        for _ in range(self.random.randrange(4)):
            await asyncio.sleep(0)

    async def heads(self) -> list[Application]:
        await self.pause()
        head = self.now.application
        await self.pause()
        return [head]

    async def read(self, _name: str, held: State | None) -> Reading:
        await self.pause()
        state = self.now
        await self.pause()
        head = state.application
        if held is not None and is_same(head, held.application):
            return Reading(head, None)
        if held is None or not follows(head, held.application):
            return Reading(head, state)
        changed = {key for key in KEYS if state.settings[key] != held.settings[key]}
        return Reading(head, state, frozenset(changed))

    async def begin_epoch(self, application_id: UUID, *, of: int, above: int) -> None:
        raise AssertionError("the numbers never went back")


class Order:
    """One order of everything that may happen at once."""

    def __init__(self, seed: int) -> None:
        self.memory, self.name = Memory(seed), f"order {seed}"
        self.feed = Feed(self.memory, wait_seconds=60)  # a busy machine is no order
        self.steps: list[Step] = []

    async def run(self) -> None:
        if self.memory.random.random() < 0.5:
            await self.feed.watch("default", "base", EVERY_CATEGORY, self.steps.append)
        await asyncio.gather(self.write_here(), self.write_elsewhere(), self.read(), self.look())
        await self.feed.look()
        await self.feed.drain()
        assert (await self.feed.held("default")).state == self.memory.now, self.name
        for before, after in pairwise(self.steps):
            assert before.after is after.before, f"{self.name}: a step is missing"

    async def write_here(self) -> None:
        for _ in range(3):
            await self.memory.pause()
            committed = self.memory.write()
            await self.memory.pause()
            await self.feed.on_commit(committed)  # then its author is told, and reads
            self.check(await self.feed.held("default"), committed.after.application.revision)

    async def write_elsewhere(self) -> None:
        for _ in range(3):
            await self.memory.pause()
            head = self.memory.write().after.application
            if self.memory.random.random() < 0.5:  # the other announcements are lost
                self.feed.hint(f"{head.id}:{head.epoch}:{head.revision}")

    async def read(self) -> None:
        last = 0
        for _ in range(4):
            await self.memory.pause()
            shown = self.memory.now.application.revision
            last = self.check(await self.feed.at_least("default", 7, shown), max(shown, last))
            last = self.check(await self.feed.held("default"), last)

    async def look(self) -> None:
        for _ in range(2):
            await self.memory.pause()
            await self.feed.look()

    def check(self, held: Held, least: int) -> int:
        """Not older than that, and a revision's own content; gives which one."""
        snapshot = held.snapshot("base", EVERY_CATEGORY)
        assert snapshot.touched >= least, f"{self.name}: {snapshot.touched} < {least}"
        whole = build_snapshot(self.memory.states[snapshot.touched], "base", EVERY_CATEGORY)
        assert snapshot.body == whole.body, f"{self.name}: no revision's own content"
        return snapshot.touched


def test_reads__in_any_order_of_fills_and_writes__are_never_older_than_what_is_shown() -> None:
    async def all_orders() -> None:
        for seed in range(ORDERS):
            await Order(seed).run()

    asyncio.run(all_orders())
