"""What a follower puts in force, and what it says of itself."""

import json

import pytest

from trimtab.connectors import Follower
from trimtab.protocol import Fetch, Open, Protocol
from trimtab.snapshot import Revision, Snapshot, read_item
from trimtab.store import Store

RAW = {"type": "integer", "category": "c", "version": 1, "origin": "dev", "updatedAt": "t"}


def snapshot_of(number: int) -> Snapshot:
    item = read_item("A", {**RAW, "value": number})
    return Snapshot("default", "dev", Revision(1, number), {"A": item}, item.digest)


def following() -> Follower:
    """A follower with an open stream that holds revision 1."""
    follower = Follower(Store(process={}), Protocol(streaming=True, environment="dev"), None)
    protocol = follower.protocol
    follower.begin()
    assert isinstance(follower.due(), Fetch)
    follower.tell(lambda now: protocol.whole(now, snapshot_of(1), '"1.1.s"'))
    assert isinstance(follower.due(), Open)
    follower.tell(protocol.opened)
    return follower


def test_tell__a_change__is_in_force_and_its_revision_reached() -> None:
    follower = following()
    new = snapshot_of(2)
    change = {"environment": "dev", "prev": "1.1", "rev": "1.2", "digest": new.digest}
    change |= {"items": {"A": json.loads(new.items["A"].text)}}

    follower.tell(lambda now: follower.protocol.event(now, "change", json.dumps(change)))

    assert follower.store.values == {"A": 2}
    assert follower.reached(Revision(1, 2))
    assert not follower.reached(Revision(1, 3))


def test_tell__the_server_is_lost_and_comes_back__each_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    follower = following()
    protocol = follower.protocol
    assert not caplog.records

    for _ in range(3):
        follower.tell(lambda now: protocol.ended(now, "the connection broke"))
        follower.tell(lambda now: protocol.fetch_failed(now, "nothing listens there"))
    assert [it.getMessage() for it in caplog.records] == [
        "not following the server: the connection broke"
    ]
    assert follower.store.values == {"A": 1}
    follower.tell(protocol.opened)

    assert len(caplog.records) == 2
    assert "following the server again" in caplog.text


def test_tell__a_set_the_application_refuses__the_one_before_stays_in_force() -> None:
    follower = following()

    class Refuses:
        name = "Refuses"

        def prepare(self, new: object, changed: object) -> "Refuses":
            if changed:
                raise ValueError
            return self

        def swap(self) -> None: ...

        def notify(self) -> None: ...

    follower.store.bind(Refuses())
    follower.tell(lambda now: follower.protocol.whole(now, snapshot_of(2)))

    assert follower.store.values == {"A": 1}
    assert follower.protocol.holding.held == snapshot_of(2)
    assert not follower.reached(Revision(1, 2))
    assert follower.store.refusal is not None
