"""A reader that takes nothing costs a bounded amount, and nobody else anything."""

from trimtab_server.delivery.stream.frames import Frame, bookmark_frame
from trimtab_server.delivery.stream.subscriber import (
    MOST_WAITING_BYTES,
    MOST_WAITING_EVENTS,
    SEND_TIMEOUT_SECONDS,
    Subscriber,
)

from .outlets import Clock, HeldOutlet

SMALL = bookmark_frame("dev", "1.1", "1.1", "0" * 32)
LARGE = Frame(b"x" * 10_000, b"")


def test_offer__to_a_reader_that_takes_nothing__collapses_at_64_events() -> None:
    outlet = HeldOutlet()
    subscriber = Subscriber(outlet, Clock())
    sent = [subscriber.offer(SMALL) for _ in range(100)]
    assert len([size for size in sent if size]) == len(outlet.waiting) == MOST_WAITING_EVENTS
    assert subscriber.is_lagging
    assert not subscriber.has_caught_up()
    outlet.take()
    assert subscriber.has_caught_up()
    assert not subscriber.is_lagging
    assert subscriber.offer(SMALL)


def test_offer__of_large_events__collapses_at_256_kib() -> None:
    outlet = HeldOutlet()
    subscriber = Subscriber(outlet, Clock())
    for _ in range(100):
        subscriber.offer(LARGE)
    assert MOST_WAITING_BYTES - len(LARGE.text) < outlet.waiting_bytes <= MOST_WAITING_BYTES


def test_offer__to_a_reader_that_keeps_up__never_collapses() -> None:
    outlet = HeldOutlet()
    subscriber = Subscriber(outlet, Clock())
    for _ in range(1_000):
        assert subscriber.offer(SMALL)
        outlet.take()
    assert not subscriber.is_lagging


def test_is_stuck__nothing_taken_for_ten_seconds__and_not_while_something_is() -> None:
    clock, outlet = Clock(), HeldOutlet()
    subscriber = Subscriber(outlet, clock)
    clock.now += 1_000
    assert not subscriber.is_stuck()  # an idle reader has nothing to take
    for _ in range(3):
        subscriber.offer(SMALL)
    for _ in range(3):
        clock.now += SEND_TIMEOUT_SECONDS - 1
        assert not subscriber.is_stuck()
        outlet.take(1)
        assert not subscriber.is_stuck()
    subscriber.offer(SMALL)
    clock.now += SEND_TIMEOUT_SECONDS - 0.1
    assert not subscriber.is_stuck()
    clock.now += 0.1
    assert subscriber.is_stuck()
