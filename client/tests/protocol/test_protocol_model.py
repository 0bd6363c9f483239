"""Whatever the network does, a reader never goes back, never mixes, and ends where the server is.

A server with every state it ever had, a network that drops, repeats, delays and reorders, and a
protocol between them. After every step what is offered is compared with the server's own states;
in the end the network is well and both must agree.
"""

import json
from collections import deque
from math import inf
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trimtab.protocol import Close, Fetch, Offer, Open, Pace, Protocol
from trimtab.snapshot import Item, Revision, Snapshot, digest_of, read_item

KEYS = st.sampled_from(["A", "B", "C"])
STEPS = st.sampled_from([0.2, 0.2, 0.5, 2.0, 10.0, 100.0])


def item(key: str, value: int) -> Item:
    raw = {"type": "integer", "category": "c", "version": 1, "origin": "dev", "updatedAt": "t"}
    return read_item(key, {**raw, "value": value})


class Network(RuleBasedStateMachine):
    """One reader. Its requests are answered, late, wrongly, twice or never, by the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.value = 0
        self.states: dict[Revision, Snapshot] = {}
        self.newest = self._state({}, Revision(1, 1))
        self.fetches: deque[tuple[str | None, Snapshot]] = deque()
        self.is_open = False
        self.line: list[tuple[str, str]] = []
        self.in_force: Snapshot | None = None

    @initialize(
        streaming=st.sampled_from([True, True, True, False]), at=st.sampled_from([0.05, 0.4, 0.99])
    )
    def start(self, streaming: bool, at: float) -> None:
        self.protocol = Protocol(
            streaming=streaming, environment="dev", pace=Pace(), random=lambda: at
        )
        self.protocol.begin(self.now)
        self._obey_all()
        self._give(*self.fetches.popleft())
        self._obey_all()

    # --- the server ------------------------------------------------------------------------

    @rule(key=KEYS, gone=st.booleans())
    def write(self, key: str, gone: bool) -> None:
        self.value += 1
        items = dict(self.newest.items)
        changed: dict[str, Item | None] = {key: None if gone else item(key, self.value)}
        if gone:
            items.pop(key, None)
        else:
            items[key] = item(key, self.value)
        before = self.newest
        number = Revision(before.revision.epoch, before.revision.number + 1)
        self.newest = self._state(items, number)
        self._send("change", before, changed)

    @rule()
    def restore(self) -> None:
        """A new epoch, whose numbers begin below the old ones."""
        number = Revision(self.newest.revision.epoch + 1, 1)
        self.newest = self._state(dict(self.newest.items), number)
        self._send("reset")

    @rule()
    def say_where_it_is(self) -> None:
        self._send("bookmark")

    # --- the network -----------------------------------------------------------------------

    @precondition(lambda self: self.fetches)
    @rule(
        how=st.sampled_from(
            ["well", "well", "well", "late", "late", "older", "torn", "down", "busy"]
        ),
        data=st.data(),
    )
    def answer(self, how: str, data: st.DataObject) -> None:
        etag, then = self.fetches.popleft()
        if how == "down":
            self.protocol.fetch_failed(self.now, "down")
        elif how == "busy":
            self.protocol.fetch_failed(self.now, "busy", 20.0)
        elif how == "torn":
            self.protocol.malformed(self.now, "torn")
        elif how == "older":
            self._give(None, data.draw(st.sampled_from(list(self.states.values()))))
        else:
            self._give(etag, then if how == "late" else self.newest)

    @precondition(lambda self: self.line)
    @rule()
    def deliver_all(self) -> None:
        while self.line:
            self.protocol.event(self.now, *self.line.pop(0))

    @precondition(lambda self: self.line)
    @rule(how=st.sampled_from(["well", "well", "well", "drop", "twice", "swap", "damage", "lose"]))
    def deliver(self, how: str) -> None:
        if how == "swap" and len(self.line) > 1:
            self.line[0], self.line[1] = self.line[1], self.line[0]
        name, data = self.line.pop(0)
        if how == "damage":
            data = data.replace(":", ";", 1)
        if how == "lose" and name == "change":
            data = json.dumps({**json.loads(data), "items": {}})
        for _ in range({"drop": 0, "twice": 2}.get(how, 1)):
            self.protocol.event(self.now, name, data)

    @precondition(lambda self: self.is_open)
    @rule()
    def cut(self) -> None:
        self.is_open = False
        self.line.clear()
        self.protocol.ended(self.now, "cut")

    @rule(seconds=STEPS)
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.protocol.tick(self.now)

    @rule()
    def ask(self) -> None:
        self.protocol.ask(self.now)

    # --- what must hold --------------------------------------------------------------------

    @invariant()
    def obeys_and_never_goes_back(self) -> None:
        self._obey_all()
        assert self.protocol.holding.held == self.in_force
        assert self.fetches or self.protocol.deadline < inf, "nothing will ever happen again"

    def teardown(self) -> None:
        """The network is well from here on: within minutes both agree."""
        for _ in range(200):
            self._obey_all()
            for _ in range(1000):
                if not self.line and not self.fetches:
                    break
                if self.line:
                    self.protocol.event(self.now, *self.line.pop(0))
                else:
                    self._give(self.fetches.popleft()[0], self.newest)
                self._obey_all()
            if self.in_force == self.newest:
                return
            self.now = max(self.now, self.protocol.deadline)
            self.protocol.tick(self.now)
            self._send("bookmark")
        raise AssertionError("they never agree")

    def _obey_all(self) -> None:
        while actions := self.protocol.take():
            for action in actions:
                self._obey(action)

    def _obey(self, action: object) -> None:
        match action:
            case Fetch(etag):
                assert not self.fetches, "two fetches at once"
                self.fetches.append((etag, self.newest))
            case Open(since):
                assert not self.is_open, "two streams at once"
                self._open(since)
            case Close():
                assert self.is_open
                self.is_open = False
                self.line.clear()
            case Offer(snapshot, follows, _):
                assert snapshot == self.states[snapshot.revision], "a mixture"
                if self.in_force is not None:
                    assert snapshot.revision >= self.in_force.revision, "older than before"
                if follows is not None:
                    assert follows is self.in_force
                self.in_force = snapshot

    def _open(self, since: Revision) -> None:
        self.is_open = True
        self.protocol.opened(self.now)
        if since == self.newest.revision:
            self._send("bookmark")
        elif since.epoch != self.newest.revision.epoch:
            self._send("reset")
        else:
            old = self.states[since]
            keys = old.items.keys() | self.newest.items.keys()
            self._send("change", old, {key: self.newest.items.get(key) for key in keys})

    def _give(self, etag: str | None, snapshot: Snapshot) -> None:
        tag = f'"{snapshot.revision}.s"'
        if etag == tag:
            self.protocol.unchanged(self.now, snapshot.revision)
        else:
            self.protocol.whole(self.now, snapshot, tag, snapshot.revision)

    def _send(
        self,
        name: str,
        before: Snapshot | None = None,
        changed: dict[str, Item | None] | None = None,
    ) -> None:
        if not self.is_open:
            return
        said: dict[str, Any] = {
            "environment": "dev",
            "rev": str(self.newest.revision),
            "head": str(self.newest.revision),
            "digest": self.newest.digest,
            "reason": "epoch",
        }
        if before is not None and changed is not None:
            said["prev"] = str(before.revision)
            said["items"] = {key: it and json.loads(it.text) for key, it in changed.items()}
        self.line.append((name, json.dumps(said)))

    def _state(self, items: dict[str, Item], revision: Revision) -> Snapshot:
        state = Snapshot("default", "dev", revision, items, digest_of(items))
        self.states[revision] = state
        return state


Network.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestNetwork = Network.TestCase
