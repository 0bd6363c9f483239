"""Writers that meet: nobody's change is lost, repeated, or half there."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from engine_driver import Driver, clean_changes
from trimtab_server.config.committed import Committed
from trimtab_server.config.committer import Committer
from trimtab_server.config.edits import (
    CreateSetting,
    Idempotency,
    Place,
    Precondition,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.config.idempotency import IdempotencyKeyInFlight, IdempotencyKeyReused
from trimtab_server.config.outcome import Outcome
from trimtab_server.config.resolve import entity_tag, resolve
from trimtab_server.infra.database import Database

COUNTER = Place("COUNTER", "base")


async def ignore(committed: Committed) -> None:
    """A listener that does nothing."""


@pytest.fixture
async def application(driver: Driver) -> str:
    name = await driver.new_application()
    for edits in [*clean_changes, [CreateSetting(COUNTER, {"type": "integer"}, 0)]]:
        await driver.must(name, edits)
    return name


@pytest.fixture
async def committers(database: Database) -> AsyncIterator[list[Committer]]:
    """Three, as in three server processes: they share nothing but the database."""
    made = [Committer(database, ignore) for _ in range(3)]
    yield made
    for one in made:
        await one.drain()


async def test_writers__each_adds_one__every_increment_survives(
    driver: Driver, application: str, committers: list[Committer]
) -> None:
    lost: list[tuple[int, bool]] = []

    async def add_one(number: int) -> None:
        committer = committers[number % len(committers)]
        while True:
            state = await driver.state(application)
            setting = state.settings["counter"]
            seen = resolve(setting, state.environments, "base")
            tag = entity_tag(setting, seen)
            assert isinstance(seen.value, int)
            place = Place("COUNTER", "base", precondition=Precondition(frozenset({tag})))
            edits = [SetValue(place, seen.value + 1)]
            try:
                await committer.commit(driver.prepared(application, edits))
            except ChangeRefused as refusal:
                lost.append((refusal.status, refusal.headers["ETag"] != tag))
                continue
            return

    await asyncio.gather(*(add_one(number) for number in range(24)))

    assert set(lost) <= {(412, True)}, "who came too late is told the tag that is current"
    views = await driver.views(application)
    assert views["base"].items["COUNTER"][0] == "24"
    history = [item for item in await driver.log(application) if item["key"] == "COUNTER"]
    assert [item["new"] for item in history[1:]] == [str(value) for value in range(25)]
    revisions = await driver.revisions(application)
    assert revisions == list(range(1, len(revisions) + 1))
    assert await driver.audit_is_whole(application)


async def test_waiting_changes__one_is_refused__its_neighbours_are_committed(
    driver: Driver, application: str, committers: list[Committer]
) -> None:
    wishes: list[object] = [1, "3abc", 2, True, 3]
    answers = await asyncio.gather(
        *(
            committers[0].commit(driver.prepared(application, [SetValue(COUNTER, wish)]))
            for wish in wishes
        ),
        return_exceptions=True,
    )
    assert [isinstance(answer, Outcome) for answer in answers] == [True, False, True, False, True]
    assert (await driver.views(application))["base"].items["COUNTER"][0] == "3"
    assert await driver.audit_is_whole(application)


async def test_idempotency__same_key_again__is_carried_out_once(
    driver: Driver, application: str, committers: list[Committer]
) -> None:
    key = Idempotency("tester", f"key-{application}", "fingerprint")
    change = driver.prepared(application, [SetValue(COUNTER, 7)], idempotency=key)
    first = await committers[0].commit(change)
    again = await committers[1].commit(change)
    assert again == first
    head = (await driver.state(application)).application.revision
    assert head == first.revision

    other = Idempotency("tester", f"key-{application}", "another fingerprint")
    with pytest.raises(IdempotencyKeyReused):
        await committers[2].commit(
            driver.prepared(application, [SetValue(COUNTER, 8)], idempotency=other)
        )


async def test_idempotency__twins_at_once__one_outcome_or_told_to_wait(
    driver: Driver, application: str, committers: list[Committer]
) -> None:
    key = Idempotency("tester", f"twins-{application}", "fingerprint")
    before = (await driver.state(application)).application.revision
    answers = await asyncio.gather(
        *(
            committer.commit(driver.prepared(application, [SetValue(COUNTER, 9)], idempotency=key))
            for committer in committers
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    outcomes = [answer for answer in answers if isinstance(answer, Outcome)]
    told = [answer for answer in answers if isinstance(answer, IdempotencyKeyInFlight)]
    assert len(outcomes) + len(told) == len(answers)
    assert {outcome.revision for outcome in outcomes} == {before + 1}
    assert (await driver.state(application)).application.revision == before + 1


async def test_caller__goes_away__the_change_is_settled_all_the_same(
    driver: Driver, application: str, committers: list[Committer]
) -> None:
    change = driver.prepared(application, [SetValue(COUNTER, 11)])
    calling = asyncio.create_task(committers[0].commit(change))
    await asyncio.sleep(0)  # it is queued now
    calling.cancel()
    await committers[0].drain()
    assert (await driver.views(application))["base"].items["COUNTER"][0] == "11"


async def test_listener__is_told_before_the_caller_and_fails_nobody(
    database: Database, driver: Driver, application: str
) -> None:
    told: list[int] = []

    async def listen(committed: Committed) -> None:
        told.append(committed.after.application.revision)
        raise RuntimeError("the listener fell over")

    committer = Committer(database, listen)
    outcome = await committer.commit(driver.prepared(application, [SetValue(COUNTER, 12)]))
    assert told == [outcome.revision]


class Killed(Exception):
    """The process dies here."""


async def test_bulk__killed_at_any_statement__is_there_whole_or_not_at_all(
    database: Database, driver: Driver, application: str
) -> None:
    edits = [
        SetValue(COUNTER, 5),
        SetValue(Place("MODEL", "dev"), "large"),
        CreateSetting(Place("NEW", "base"), {"type": "string"}, "x"),
    ]
    before = await driver.dump(application)
    fatal = 1
    while True:
        with killing_statement(database, fatal) as reached:
            try:
                await driver.must(application, edits)
            except Killed:
                pass
            else:
                break
        assert reached
        assert await driver.dump(application) == before
        fatal += 1
    survived = fatal - 1  # the commit, and the statements before it
    if database.is_sqlite:
        assert survived > 8, "the change consists of many statements"
    else:
        assert survived == 4, "each is a round trip: the lock, what is there, what is written"
    assert (await driver.views(application))["dev"].items["MODEL"][0] == '"large"'
    assert await driver.audit_is_whole(application)


class killing_statement:
    """Raise before the n-th statement of the engine, or commit, is executed."""

    def __init__(self, database: Database, fatal: int) -> None:
        self.engine = database.engine.sync_engine
        self.left = fatal
        self.reached: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self.engine, "before_cursor_execute", self._count_statement)
        event.listen(self.engine, "commit", self._count_commit)
        return self.reached

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._count_statement)
        event.remove(self.engine, "commit", self._count_commit)

    def _count_statement(self, *arguments: Any) -> None:
        self._count(arguments[2])

    def _count_commit(self, _: object) -> None:
        self._count("COMMIT")

    def _count(self, statement: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.reached.append(statement)
            raise Killed
