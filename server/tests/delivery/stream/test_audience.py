"""What an audience sends: the shared cases, and readers that lag, lose, come back and end alike."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_reader import Reader, digest_of, events_of, mark_of
from trimtab_server.delivery.digest import item_number
from trimtab_server.delivery.held import Step
from trimtab_server.delivery.item import Item
from trimtab_server.delivery.snapshot import Snapshot, next_snapshot
from trimtab_server.delivery.stream.audience import MOST_FRAME_BYTES, Audience
from trimtab_server.delivery.stream.subscriber import Subscriber
from trimtab_server.http.metrics import Metrics
from trimtab_server.kernel.value_types import canonical_text

from .outlets import Clock, HeldOutlet

CASES = json.loads((Path(__file__).parents[4] / "contract" / "stream_cases.json").read_text())
Items = dict[str, dict[str, Any]]


def item(key: str, value: object) -> Item:
    member = f'"{key}":{canonical_text(value)}'.encode()
    return Item(key, member, item_number(member))


def snapshot(revision: str, items: Items) -> Snapshot:
    epoch, touched = map(int, revision.split("."))
    held = {key: item(key, value) for key, value in sorted(items.items())}
    number = sum(one.number for one in held.values())
    return Snapshot("default", "dev", epoch, touched, "all", held, number)


class Source:
    """A snapshot that goes on, and the audience that follows it."""

    def __init__(self, start: Snapshot) -> None:
        self.snapshot = start
        self.audience = Audience(start, lambda: self.snapshot.revision, Metrics())

    def step(self, revision: str, items: dict[str, Any] | None) -> None:
        """These items differ from here on; None: another epoch."""
        before, touched = self.snapshot, int(revision.split(".")[1])
        if items is None:
            held = {key: json.loads(one.text) for key, one in before.items.items()}
            self.snapshot = snapshot(revision, held)
            self.audience.step(Step(before, self.snapshot, None))
            return
        changed = {key: None if one is None else item(key, one) for key, one in items.items()}
        self.snapshot, differing = next_snapshot(before, touched, changed)
        self.audience.step(Step(before, self.snapshot, differing))

    def open(self, since: str | None) -> HeldOutlet:
        """A reader that comes with this revision; what it is sent waits in the outlet."""
        mark = None if since is None else (int(since.split(".")[0]), int(since.split(".")[1]))
        outlet = HeldOutlet()
        subscriber = Subscriber(outlet, Clock())
        self.audience.send(self.audience.opening(mark), [subscriber])
        self.audience.subscribers.add(subscriber)
        return outlet


@pytest.mark.parametrize("case", CASES["server"], ids=lambda case: case["name"])
async def test_opening__of_every_case__is_what_the_case_says(case: dict[str, Any]) -> None:
    source = Source(snapshot(case["starts"]["revision"], case["starts"]["items"]))
    for step in case["steps"]:
        source.step(step["revision"], step["items"])
    outlet = source.open(case["since"])
    expected = [event for text in case["sends"] for event in events_of(text)]
    assert list(events_of(outlet.take())) == expected


@pytest.mark.parametrize("case", CASES["client"], ids=lambda case: case["name"])
def test_reader__of_every_case__does_what_the_case_says(case: dict[str, Any]) -> None:
    """The tests' own reader, so that what they prove with it is about readers as specified."""
    reader = Reader()
    if case["holds"] is not None:
        reader.fetch(case["holds"]["revision"], case["holds"]["items"])
        assert digest_of(reader.items) == case["holds"]["digest"]
    for one in case["receives"]:
        does = [reader.receive(event) for event in events_of(one["text"])] or ["ignore"]
        assert (does, reader.revision) == ([one["does"]], one["revision"])
    assert reader.items == case["items"]


async def test_steps__of_one_turn__are_sent_as_one_change_to_all_alike() -> None:
    source = Source(snapshot("7.1", {"A": {"value": 1}}))
    outlets = [source.open("7.1") for _ in range(3)]
    for outlet in outlets:
        outlet.take()
    source.step("7.2", {"A": {"value": 2}})
    source.step("7.3", {"B": {"value": 1}})
    assert not any(outlet.waiting for outlet in outlets)
    source.audience.flush()
    texts = {outlet.take() for outlet in outlets}
    (event,) = events_of(texts.pop())
    assert not texts
    assert (event.kind, event.data["prev"], event.data["rev"]) == ("change", "7.1", "7.3")
    assert event.data["items"] == {"A": {"value": 2}, "B": {"value": 1}}


async def test_change__larger_than_a_queue__is_a_reset() -> None:
    source = Source(snapshot("7.1", {}))
    outlet = source.open(None)
    outlet.take()
    most = MOST_FRAME_BYTES // 4_000 + 1
    source.step("7.2", {f"K{n}": {"value": "x" * 4_000} for n in range(most)})
    source.audience.flush()
    (event,) = events_of(outlet.take())
    assert (event.kind, event.data["reason"]) == ("reset", "window")


KEYS = st.sampled_from("ABCDE")
VALUES = st.none() | st.integers(0, 3).map(lambda value: {"value": value})
ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just("flush"), st.none()),
    st.tuples(st.just("take"), st.integers(1, 3)),
    st.tuples(st.just("lose"), st.integers(1, 3)),
    st.tuples(st.just("bookmark"), st.none()),
    st.tuples(st.just("reconnect"), st.none()),
    st.tuples(st.just("epoch"), st.none()),
)


class World:
    """A source and one reader of it, between whom anything may happen."""

    def __init__(self) -> None:
        self.source = Source(snapshot("7.1", {"A": {"value": 0}}))
        self.had = {"7.1": content(self.source)}
        self.reader, self.outlet = Reader(), self.source.open(None)

    def write(self, items: dict[str, Any]) -> None:
        epoch, revision = mark_of(self.source.snapshot.revision)
        self.source.step(f"{epoch}.{revision + 1}", items)
        self.had[self.source.snapshot.revision] = content(self.source)

    def epoch(self, _: None) -> None:
        epoch, revision = mark_of(self.source.snapshot.revision)
        self.source.step(f"{epoch + 1}.{revision}", None)
        self.had[self.source.snapshot.revision] = content(self.source)

    def flush(self, _: None) -> None:
        self.source.audience.flush()

    def bookmark(self, _: None) -> None:
        self.source.audience.broadcast(self.source.audience.bookmark())

    def lose(self, most: int) -> None:
        """Something between them loses events without breaking the connection."""
        self.outlet.take(most)

    def reconnect(self, _: None) -> None:
        self.source.audience.subscribers.clear()
        self.outlet = self.source.open(self.reader.revision)

    def take(self, most: int | None) -> None:
        """What the reader holds is, at every moment, what there was at its revision: never a
        mixture, and never older than before."""
        for event in events_of(self.outlet.take(most)):
            before = self.reader.mark
            if self.reader.receive(event) in {"fetch", "reconnect"}:
                self.reader.fetch(self.source.snapshot.revision, content(self.source))
            assert self.reader.mark >= before
            assert self.reader.items == self.had[self.reader.revision or ""]


@given(st.lists(ACTIONS, max_size=40))
async def test_reader__any_order_of_changes_losses_and_returns__ends_at_the_servers_state(
    actions: list[tuple[str, Any]],
) -> None:
    world = World()
    for action, argument in actions:
        getattr(world, action)(argument)
    world.flush(None)
    world.bookmark(None)
    world.take(None)
    assert world.reader.revision == world.source.snapshot.revision
    assert world.reader.items == content(world.source)


def content(source: Source) -> Items:
    return {key: json.loads(one.text) for key, one in source.snapshot.items.items()}
