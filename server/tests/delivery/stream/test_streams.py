"""Who may go on reading: proven again and again, told why it ends, kept through an outage."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from stream_reader import events_of
from trimtab_server.access.categories import EVERY_CATEGORY, Categories
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, Principal, PrincipalKind, TokenInfo
from trimtab_server.delivery.feed import Feed
from trimtab_server.delivery.source import DatabaseSource
from trimtab_server.delivery.stream.admission import StreamLimits, TooManyStreams
from trimtab_server.delivery.stream.audience import Audience
from trimtab_server.delivery.stream.audiences import Place
from trimtab_server.delivery.stream.streams import Credential, Streams
from trimtab_server.errors import StoreUnavailable, Unauthenticated
from trimtab_server.http.metrics import Metrics
from trimtab_server.infra.database import Database

from .outlets import Clock, HeldOutlet
from .test_audience import snapshot

TOKEN = UUID(int=7)
READER = Principal(
    id=UUID(int=1),
    name="reader",
    kind=PrincipalKind.SERVICE,
    token=TokenInfo(TOKEN, "x", "x", datetime.max.replace(tzinfo=UTC)),
    grants=(Grant(Role.SERVICE, environment="dev"),),
    protected=frozenset(),
)


class World:
    """Streams of a reader whom the authentication knows as `answer`, at a time of our own."""

    def __init__(self) -> None:
        self.clock, self.metrics = Clock(), Metrics()
        self.answer: Principal | Exception = READER
        feed = Feed(DatabaseSource(Database("sqlite:////nowhere/none")))
        limits = StreamLimits(10, 10, 100)
        self.streams = Streams(feed, self.prove, self.metrics, limits, monotonic=self.clock)
        self.audience = Audience(snapshot("7.1", {}), lambda: "7.1", self.metrics)

    async def prove(self, authorization: Sequence[str]) -> Principal:
        assert list(authorization) == ["Bearer x"]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def open(self, sees: Categories = EVERY_CATEGORY) -> HeldOutlet:
        outlet = HeldOutlet()
        place = Place("default", "dev", sees)
        credential = Credential("Bearer x", TOKEN)
        self.streams.join(place, credential, self.audience, outlet, None)
        outlet.take()
        return outlet

    def count(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0


@pytest.fixture
def world() -> World:
    return World()


async def test_prove_again__a_token_that_no_longer_holds__ends_its_streams(world: World) -> None:
    outlet = world.open()
    await world.streams.prove_again()
    assert not outlet.is_ended
    world.answer = Unauthenticated()
    await world.streams.prove_again()
    assert outlet.is_ended
    assert outlet.take() == ""
    assert world.count("trimtab_streams_open") == 0
    assert not world.audience.subscribers


@pytest.mark.parametrize(
    "grants",
    [
        (),
        (Grant(Role.SERVICE, environment="prod"),),
        (Grant(Role.SERVICE, environment="dev", category="voice"),),
        (Grant(Role.AUDITOR),),
    ],
)
async def test_prove_again__other_grants_than_at_the_opening__reset_and_end(
    world: World, grants: tuple[Grant, ...]
) -> None:
    outlet = world.open()
    world.answer = replace(READER, grants=grants)
    await world.streams.prove_again()
    (event,) = events_of(outlet.take())
    assert (event.kind, event.data["reason"], outlet.is_ended) == ("reset", "scope", True)


async def test_prove_again__grants_that_say_the_same_otherwise__change_nothing(
    world: World,
) -> None:
    outlet = world.open()
    world.answer = replace(READER, grants=(Grant(Role.VIEWER), Grant(Role.SERVICE)))
    await world.streams.prove_again()
    assert not outlet.is_ended


async def test_prove_again__while_the_database_is_away__goes_on(world: World) -> None:
    outlet = world.open()
    world.answer = StoreUnavailable()
    await world.streams.prove_again()
    assert not outlet.is_ended


async def test_look_after__a_reader_that_takes_nothing__is_closed_and_others_are_not(
    world: World,
) -> None:
    frozen, other = world.open(), world.open()
    for turn in range(14):
        world.audience.broadcast(world.audience.bookmark())
        world.clock.now += 1
        other.take()
        await world.streams.look_after()
        assert frozen.is_aborted is (turn >= 10)
    assert not other.is_ended
    assert world.count("trimtab_stream_slow_closes_total") == 1


async def test_look_after__a_reader_that_lagged__is_reset_once_and_goes_on(world: World) -> None:
    outlet = world.open()
    for _ in range(100):
        world.audience.broadcast(world.audience.bookmark())
    await world.streams.look_after()
    assert len(list(events_of(outlet.take()))) == 64
    await world.streams.look_after()
    await world.streams.look_after()
    (event,) = events_of(outlet.take())
    assert (event.kind, event.data["reason"]) == ("reset", "slow")
    world.audience.broadcast(world.audience.bookmark())
    assert [event.kind for event in events_of(outlet.take())] == ["bookmark"]
    assert world.count("trimtab_stream_resets_total", reason="slow") == 1


async def test_shut_down__everybody__is_told_when_to_come_back_each_at_another_time(
    world: World,
) -> None:
    outlets = [world.open() for _ in range(10)]
    shutting = asyncio.create_task(world.streams.shut_down())
    await asyncio.sleep(0)
    told = [event for outlet in outlets for event in events_of(outlet.take())]
    assert {event.data["reason"] for event in told} == {"shutdown"}
    assert len({event.retry for event in told}) > 5
    assert all(outlet.is_ended for outlet in outlets)
    await shutting
    assert not any(outlet.is_aborted for outlet in outlets)
    with pytest.raises(TooManyStreams):
        world.streams.admit(Credential("Bearer x", TOKEN))
