"""What a kept answer still asks, counts and leaves alone."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from api_driver import prepare
from raw_doors import Answer, Connection, Doors, open_doors
from trimtab_server.access.authenticate import FRESH_SECONDS
from trimtab_server.access.models import token
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.delivery.request_memo import MOST_BYTES, MOST_ENTRIES, MOST_HEAD_BYTES

# One event loop, too.
pytestmark = pytest.mark.asyncio(loop_scope="module")

SNAPSHOT = "/api/v1/snapshot?environment=dev"
KEY = "/api/v1/config/RETRIES?environment=dev"
# At most so long: the token is proven, the answer made, found to be wanted again, given.
_KEPT_SECONDS = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    path = tmp_path_factory.mktemp("memo") / "store.sqlite3"
    async with open_doors(f"sqlite:///{path}") as doors:
        await filled(doors)
        yield doors


@pytest_asyncio.fixture(loop_scope="module")
async def doors(opened: Doors) -> AsyncIterator[Doors]:
    """For all tests the same: they compare with what was before them."""
    yield opened
    await opened.close()


async def filled(doors: Doors) -> None:
    await prepare(doors.api)
    await doors.api.create("HIDDEN", "string", "x", category="hidden")
    await doors.app.state.feed.look()


def head(token: str | None, path: str = SNAPSHOT, *lines: str) -> bytes:
    said = (f"GET {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *lines)
    return "\r\n".join((*said, "", "")).encode()


async def one(connection: Connection, request: bytes) -> Answer:
    [answer] = await connection.ask(request)
    return answer


async def kept(doors: Doors, connection: Connection, request: bytes) -> Answer:
    """The answer once it comes from the memo."""
    before = doors.memo.answered
    deadline = time.monotonic() + _KEPT_SECONDS
    while time.monotonic() < deadline:
        answer = await one(connection, request)
        if doors.memo.answered > before:
            return answer
    pytest.fail("it is not kept")


async def test_memo__a_change__is_seen_by_the_next_request(doors: Doors) -> None:
    connection = await doors.through_memo()
    for value in (3, 4, 5):
        before = await kept(doors, connection, head(doors.api.token, KEY))
        await doors.api.put("RETRIES", value, "dev")
        after = await one(connection, head(doors.api.token, KEY))
        assert f'"value":{value}'.encode() in after.body
        assert after.header("ETag") != before.header("ETag")


async def test_memo__a_revoked_token_and_a_grant__count_within_five_seconds(doors: Doors) -> None:
    leaver = await doors.store.issue("leaver", Grant(Role.VIEWER))
    reader = await doors.store.issue("reader", Grant(Role.VIEWER, category="general"))
    connection = await doors.through_memo()
    assert b"HIDDEN" in (await kept(doors, connection, head(leaver))).body
    assert b"HIDDEN" not in (await kept(doors, connection, head(reader))).body
    ended = await doors.api.as_(leaver).call("DELETE", "/api/v1/tokens/self")
    more = {"principal": "reader", "role": "viewer", "category": "hidden"}
    given = await doors.api.post("/api/v1/grants", more)
    assert (ended.status_code, given.status_code) == (200, 201)
    began, answered = time.monotonic(), doors.memo.answered
    left = sees = None
    while left is None or sees is None:
        now = time.monotonic() - began
        assert now < 5
        if (await one(connection, head(leaver))).status == 401:
            left = left or now
        if b"HIDDEN" in (await one(connection, head(reader))).body:
            sees = sees or now
    assert doors.memo.answered > answered  # it did answer until then


@pytest.mark.parametrize("limits", ["delivery=1", "address=1"])
async def test_memo__too_many_requests__are_counted_and_refused(
    tmp_path: Path, limits: str
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with open_doors(url, rate_limits=limits) as doors:
        await doors.app.state.feed.look()
        reader = await doors.store.issue("reader", Grant(Role.VIEWER))
        connection = await doors.through_memo()
        answers = [await one(connection, head(reader)) for _ in range(30)]
        served = [answer for answer in answers if answer.status == 200]
        # Ten seconds' worth at once, and one for each second that this takes.
        assert 10 <= len(served) <= 15
        assert doors.memo.answered >= 3
        refused = answers[-1]
        assert refused.status == 429
        assert refused.header("Retry-After") == "1"
        other = await one(connection, head(doors.api.token))
        assert other.status == (200 if limits.startswith("delivery") else 429)


async def test_memo__a_token_in_steady_use__is_proven_again_before_its_time(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, authenticate = await doors.through_memo(), doors.app.state.door.authenticate
    await kept(doors, connection, head(doors.api.token))
    renewed, renew = asyncio.Event(), authenticate.renew

    def noted(authorization: list[str]) -> None:
        renew(authorization)
        renewed.set()

    monkeypatch.setattr(authenticate, "renew", noted)
    async with asyncio.timeout(_KEPT_SECONDS):
        while not renewed.is_set():
            await one(connection, head(doors.api.token))
    await authenticate.drain()
    known = authenticate.known([f"Bearer {doors.api.token}"])
    assert known is not None
    assert known[1] > time.monotonic() + FRESH_SECONDS / 2


async def test_memo__while_another_answer_is_under_way__waits_its_turn(doors: Doors) -> None:
    connection = await doors.through_memo()
    known, slow = head(doors.api.token), head(doors.api.token, "/api/v1/config?environment=dev")
    await kept(doors, connection, known)
    for _ in range(5):
        [listed, snapshot] = await connection.ask(slow, known, answers=("GET", "GET"))
        assert b"nextCursor" in listed.body
        assert b"digest" in snapshot.body


async def test_memo__a_known_head_inside_another_request__is_only_a_part_of_that(
    doors: Doors,
) -> None:
    connection = await doors.through_memo()
    known = head(doors.api.token)
    await kept(doors, connection, known)
    before = doors.memo.answered
    [answer] = await connection.ask(b"GET /livez HTTP/1.1\r\nX-Note: ", known)
    assert b"digest" not in answer.body
    assert doors.memo.answered == before


@pytest.mark.parametrize(
    ("old", "new", "closes"),
    [
        (b"HTTP/1.1", b"HTTP/1.0", True),
        (b"Host", b"Connection: close\r\nHost", True),
        (b"Host", b"Content-Length: 0\r\nHost", False),
        (b"Host", b"Expect: 100-continue\r\nHost", False),
        (b"Host", b"X-Request-Id: mine-12345678\r\nHost", False),
        (b"GET", b"HEAD", False),
    ],
)
async def test_memo__a_request_that_is_not_plain__goes_its_ordinary_way(
    doors: Doors, old: bytes, new: bytes, closes: bool
) -> None:
    request, before = head(doors.api.token).replace(old, new), doors.memo.answered
    connection = await doors.through_memo()
    for _ in range(6):
        if not connection.is_open:
            connection = await doors.through_memo()
        [answer] = await connection.ask(request, answers=[request.split()[0].decode()])
        assert answer.status == 200
        assert connection.is_open is not closes
        if b"mine" in new:
            assert answer.header("X-Request-Id") == "mine-12345678"
    assert doors.memo.answered == before


async def test_memo__what_it_answers__is_counted_as_any_request(doors: Doors) -> None:
    reader = await doors.store.issue("counted", Grant(Role.VIEWER))
    connection = await doors.through_memo()
    tag = (await kept(doors, connection, head(reader))).header("ETag")
    asked = await _metrics(doors)
    before, total = doors.memo.answered, doors.server.total_requests
    for _ in range(20):
        await kept(doors, connection, head(reader))
        await kept(doors, connection, head(reader, SNAPSHOT, f"If-None-Match: {tag}"))
        await kept(doors, connection, head(reader, KEY))
    sent, now = doors.server.total_requests - total, await _metrics(doors)
    assert doors.memo.answered - before == 60
    requests, seconds = "trimtab_http_requests_total", "trimtab_http_request_seconds_count"
    snapshot, key = "/api/v1/snapshot", "/api/v1/config/{key}"
    grown = {what: value - asked.get(what, 0) for what, value in now.items()}
    assert grown[requests, snapshot, "200"] == 20
    assert grown[requests, snapshot, "304"] >= 20
    assert grown[requests, key, "200"] >= 20
    assert (
        sum(grown[requests, *one] for one in ((snapshot, "200"), (snapshot, "304"), (key, "200")))
        == sent
    )
    assert grown[seconds, snapshot, None] + grown[seconds, key, None] == sent
    await doors.app.state.door.drain()
    async with doors.store.database.read() as database:
        used = await database.scalars(
            select(token.c.last_used_at).where(token.c.public_id == reader.split("_")[1][:12])
        )
        assert used.one() is not None


async def _metrics(doors: Doors) -> dict[tuple[str, str | None, str | None], float]:
    text = (await doors.api.get("/metrics")).text
    return {
        (sample.name, sample.labels.get("route"), sample.labels.get("status")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("method", "GET") == "GET" and "le" not in sample.labels
    }


async def test_memo__each_answer__has_an_id_and_an_age_of_its_own(doors: Doors) -> None:
    connection = await doors.through_memo()
    await kept(doors, connection, head(doors.api.token))
    answers = [await one(connection, head(doors.api.token)) for _ in range(600)]
    ids = [uuid.UUID(answer.header("X-Request-Id")) for answer in answers]
    assert len(set(ids)) == 600
    assert {one.version for one in ids} == {4}
    doors.app.state.feed.holdings.peek("default").confirmed_at -= 100
    late = await one(connection, head(doors.api.token))
    assert int(late.header("Trimtab-Age-Ms") or 0) >= 100_000


async def test_memo__two_who_send_the_same_but_for_their_token__get_their_own(
    doors: Doors,
) -> None:
    """Whatever is kept for one, on whatever connection, is never another's."""
    reader = await doors.store.issue("other", Grant(Role.VIEWER, category="general"))
    first, second = await doors.through_memo(), await doors.through_memo()
    mine = await kept(doors, first, head(doors.api.token))
    other = await kept(doors, second, head(reader))
    again = await kept(doors, first, head(reader))
    assert b"HIDDEN" in mine.body
    assert b"HIDDEN" not in other.body
    assert other.common == again.common != mine.common
    assert (await one(second, head("tt_nobody"))).status == 401
    assert (await one(second, head(doors.api.token).replace(b"Bearer", b"Basic"))).status == 401


async def test_memo__who_sends_something_else_each_time__finds_bounds(doors: Doors) -> None:
    memo, before, answered = doors.memo.memo, len(doors.memo.memo), doors.memo.answered
    connection = await doors.through_memo()
    for number in range(50):
        await one(connection, head(doors.api.token, SNAPSHOT, f"traceparent: {number}"))
    assert len(memo) == before  # only what comes twice is kept
    long = head(doors.api.token, SNAPSHOT, "X-Long: " + "x" * MOST_HEAD_BYTES)
    for _ in range(4):
        await one(connection, long)
    assert (len(memo), doors.memo.answered) == (before, answered)
    await kept(doors, connection, head(doors.api.token))
    entry = memo._entries[head(doors.api.token)]
    for number in range(3 * MOST_ENTRIES):
        memo.keep(b"%d" % number, entry.kept, ())
        assert len(memo) <= MOST_ENTRIES
        assert memo.bytes_kept <= MOST_BYTES


async def test_memo__bodies__are_bounded_in_bytes_and_end_with_the_next_change(
    doors: Doors,
) -> None:
    big = ["x" * 60_000] * 5
    for number, value in enumerate(big):
        await doors.api.create(f"BIG_{number}", "string", value)
    connection, memo = await doors.through_memo(), doors.memo.memo
    most = 0
    for number in range(300):
        same = head(doors.api.token, SNAPSHOT, f"X-Number: {number}")
        await kept(doors, connection, same)
        assert memo.bytes_kept <= MOST_BYTES
        most = max(most, memo.bytes_kept)
    assert 300_000 < most < 2_000_000  # one body, however many answers it is
    await doors.api.put("RETRIES", 7, "dev")
    await kept(doors, connection, head(doors.api.token, KEY))
    assert len(memo) == 1
    assert memo.bytes_kept < 5_000


async def test_memo__a_reader_that_takes_nothing__is_not_written_to_without_end(
    doors: Doors,
) -> None:
    await doors.api.create("BIG", "string", "x" * 60_000)
    connection = await doors.through_memo()
    first = await kept(doors, connection, head(doors.api.token))
    protocol: Any = next(iter(doors.server.connections))
    most, count = 0, 600
    for _ in range(count):
        await connection.send(head(doors.api.token))
        most = max(most, protocol.transport.get_write_buffer_size())
    assert most < 3 * len(first.body)
    for _ in range(count):
        answer = await connection.read()
        assert answer is not None
        assert answer.common == first.common


async def test_memo__a_connection_that_is_quiet__is_closed_in_its_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with open_doors(url, keep_alive_seconds=0.5) as doors:
        await filled(doors)
        connection = await doors.through_memo()
        await kept(doors, connection, head(doors.api.token))
        for _ in range(3):
            began = time.monotonic()
            await asyncio.sleep(0.3)  # in use all the while, and for longer than it may be quiet
            assert (await one(connection, head(doors.api.token))).status == 200
        assert await connection.read() is None
        assert 0.5 <= time.monotonic() - began < 3
        fresh = await doors.through_memo()
        assert (await one(fresh, head(doors.api.token))).status == 200  # by the memo, its first
        assert await fresh.read() is None


async def test_memo__shutdown__closes_a_connection_that_only_the_memo_answered(
    doors: Doors,
) -> None:
    first, second = await doors.through_memo(), await doors.through_memo()
    await kept(doors, first, head(doors.api.token))
    before = doors.memo.answered
    await one(second, head(doors.api.token))
    assert doors.memo.answered == before + 1
    for connection in list(doors.server.connections):
        connection.shutdown()
    assert await first.read() is None
    assert await second.read() is None
