"""Events as the contract has them: read as text, obeyed to the letter."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from trimtab.protocol import Close, Fetch, Offer, Open, Protocol
from trimtab.snapshot import read_snapshot

CASES = json.loads(
    (Path(__file__).parents[3] / "contract" / "stream_cases.json").read_text("utf-8")
)["client"]
NOW = 1000.0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_protocol__stream_cases__does_what_they_say(case: dict[str, Any]) -> None:
    protocol = following(case["holds"])
    for received in case["receives"]:
        assert hear(protocol, received["text"]) == received["does"]
        held = protocol.holding.held
        assert (held and str(held.revision)) == received["revision"]
    held = protocol.holding.held
    if case["holds"] is not None:
        assert held is not None
        assert {key: json.loads(it.text) for key, it in held.items.items()} == case["items"]


def following(holds: dict[str, Any] | None) -> Protocol:
    """A protocol with an open stream that holds this."""
    protocol = Protocol(streaming=True, environment="dev", random=lambda: 0.0)
    protocol.begin(NOW)
    if holds is not None:
        body = {"application": "default", "environment": "dev", **holds}
        protocol.whole(NOW, read_snapshot(json.dumps(body)), '"1.1.all"')
        protocol.opened(NOW)
    protocol.take()
    return protocol


def hear(protocol: Protocol, text: str) -> str:
    """What the protocol does about it; it keeps what it holds until a fetch is answered."""
    before = protocol.holding.held
    confirmed = protocol.holding.confirmed_at
    when = (confirmed or NOW) + 1.0
    response = httpx2.Response(
        200,
        headers={"Content-Type": "text/event-stream"},
        content=text.encode(),
        request=httpx2.Request("GET", "http://trimtab.test/api/v1/stream"),
    )
    for event in httpx2.EventSource(response):
        protocol.event(when, event.event, event.data, event.retry)
    actions = protocol.take()
    if before is None:
        return "fetch"  # it is under way, and nothing is opened or taken before it is answered
    if any(isinstance(it, Offer) for it in actions):
        offer = next(it for it in actions if isinstance(it, Offer))
        return "apply" if offer.changed else "advance"
    if any(isinstance(it, Fetch) for it in actions):
        fetch = next(it for it in actions if isinstance(it, Fetch))
        assert fetch.etag is None
        protocol.fetch_failed(when, "kept waiting")
        protocol.holding.confirm(when, None)
        protocol._needs_whole = False
        return "fetch"
    if any(isinstance(it, Close) for it in actions):
        protocol.tick(protocol.deadline)
        assert [type(it) for it in protocol.take()] == [Open]
        return "reconnect"
    if protocol.holding.confirmed_at != confirmed:
        return "advance"
    return "drop" if protocol.counters["duplicates"] else "ignore"
