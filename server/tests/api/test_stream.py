"""The stream of a real server: what each reader is told, and for how long it is told anything."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api_driver import CONFIG, Process, assert_problem, serving_process
from stream_reader import Event, Reader, StreamConnection, mark_of

V1 = "/api/v1"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    data = str(tmp_path_factory.mktemp("stream"))
    with serving_process({"TRIMTAB_DATA_DIR": data, "TRIMTAB_MAX_STREAMS_PER_TOKEN": "4"}) as one:
        yield one


@pytest.fixture
def admin(process: Process) -> Iterator[httpx2.Client]:
    with client_of(process.url, process.token) as client:
        yield client


def client_of(url: str, token: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*"}
    return httpx2.Client(base_url=url, headers=headers, timeout=20)


def ok(answer: httpx2.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def create(admin: httpx2.Client, key: str, value: Any, category: str = "general") -> str:
    """A setting with a value in base; gives the revision."""
    body = {"key": key, "type": "string", "environment": "base", "value": value}
    made = ok(admin.post(CONFIG, json=body | {"category": category}))
    return str(made["revision"])


def put(admin: httpx2.Client, key: str, value: Any, environment: str = "dev") -> str:
    """Sets the value; gives the revision."""
    path = f"{CONFIG}/{key}?environment={environment}"
    return str(ok(admin.put(path, json={"value": value}))["revision"])


def service(admin: httpx2.Client, name: str, *categories: str | None) -> dict[str, Any]:
    """A service that reads these categories of dev: its token, its id, and its grants' ids."""
    ok(admin.post(f"{V1}/principals", json={"name": name, "kind": "service"}))
    grants = [grant(admin, name, category) for category in categories]
    made = ok(admin.post(f"{V1}/tokens", json={"principal": name}))
    return {"token": made["token"], "id": made["id"], "grants": grants}


def grant(admin: httpx2.Client, name: str, category: str | None) -> str:
    body = {"principal": name, "role": "service", "environment": "dev", "category": category}
    return str(ok(admin.post(f"{V1}/grants", json=body))["id"])


def snapshot(process: Process, token: str) -> dict[str, Any]:
    with client_of(process.url, token) as client:
        found: dict[str, Any] = ok(client.get(f"{V1}/snapshot?environment=dev"))
    return found


def test_stream__first_without_a_mark_then_with_one__misses_nothing(
    process: Process, admin: httpx2.Client
) -> None:
    create(admin, "GREETING", "hello")
    with StreamConnection(process.port, process.token) as stream:
        assert (stream.status, stream.headers["Content-Type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        opened = taken(stream)
        held = snapshot(process, process.token)
        assert (opened.kind, opened.id) == ("bookmark", held["revision"])
        assert opened.data["digest"] == held["digest"]
        changed = put(admin, "GREETING", "Grüß dich")
        event = told(stream)
        assert (event.kind, event.id, event.data["prev"]) == ("change", changed, held["revision"])
        assert event.data["items"]["GREETING"]["value"] == "Grüß dich"
    last = [put(admin, "GREETING", text) for text in ("a", "b", "c")][-1]
    put(admin, "GREETING", "nobody here sees it", "prod")
    with StreamConnection(process.port, process.token, last_event_id=changed) as stream:
        event = told(stream)
        assert (event.kind, event.data["prev"], event.id) == ("change", changed, last)
        assert event.data["digest"] == snapshot(process, process.token)["digest"]
    query = f"environment=dev&since={mark_of(changed)[0] - 1}.1"
    with StreamConnection(process.port, process.token, query) as stream:
        event = told(stream)
        assert (event.kind, event.data["reason"], event.id) == ("reset", "epoch", None)
        assert mark_of(event.data["head"]) > mark_of(last)


def taken(stream: StreamConnection) -> Event:
    event = stream.next()
    assert event is not None
    return event


def told(stream: StreamConnection) -> Event:
    """The next event but the bookmarks that come every 15 seconds."""
    event = taken(stream)
    return told(stream) if event.kind == "bookmark" else event


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("environment=qa", 422, "unknown-environment"),
        ("environment=dev&application=other", 422, "unknown-application"),
        ("environment=dev&since=12", 422, "malformed-request"),
        ("environment=dev&enviroment=dev", 422, "malformed-request"),
        ("environment=dev&since=999999999999999.1", 503, "revision-not-available"),
    ],
)
def test_stream__that_cannot_be__is_a_problem(
    admin: httpx2.Client, query: str, status: int, code: str
) -> None:
    assert_problem(admin.get(f"{V1}/stream?{query}"), status, code)


def test_t8__stream_of_a_reader__is_at_every_revision_what_it_reads_and_nothing_else(
    process: Process, admin: httpx2.Client
) -> None:
    """etcd let a watch see what a read would not have shown."""
    sees = {"t8-one": ("voice",), "t8-two": ("voice", "limits"), "t8-all": (None,)}
    readers = []
    for name, categories in sees.items():
        token = service(admin, name, *categories)["token"]
        stream, reader = StreamConnection(process.port, token), Reader()
        taken(stream)
        held = snapshot(process, token)
        reader.fetch(held["revision"], held["items"])
        readers.append((stream, reader, token, categories))
    for step in steps(admin):
        for stream, reader, token, categories in readers:
            while reader.revision != step:
                event = taken(stream)
                said = event.data.get("items", {})
                assert reader.receive(event) in {"apply", "advance"}
                assert all(one is None or may_see(categories, one) for one in said.values())
            assert snapshot(process, token)["items"] == reader.items
    for stream, *_ in readers:
        stream.close()


def may_see(categories: tuple[str | None, ...], item: dict[str, Any]) -> bool:
    return None in categories or item["category"] in categories


def steps(admin: httpx2.Client) -> Iterator[str]:
    """Changes of every kind, one revision of dev after the other."""
    yield create(admin, "T8_VOICE", "v", "voice")
    yield create(admin, "T8_LIMIT", "l", "limits")
    yield create(admin, "T8_OTHER", "o", "other")
    for key in ("T8_OTHER", "T8_LIMIT", "T8_VOICE"):
        yield put(admin, key, "changed")
    for category in ("limits", "other", "voice"):  # in and out of what each may see
        path = f"{CONFIG}/T8_VOICE/definition"
        yield ok(admin.patch(path, json={"category": category}))["revision"]
    policy = {"sourcePolicy": "shadow"}
    yield ok(admin.put(f"{CONFIG}/T8_LIMIT/policy?environment=dev", json=policy))["revision"]
    yield ok(admin.delete(f"{CONFIG}/T8_OTHER?environment=dev"))["revision"]
    yield ok(admin.delete(f"{CONFIG}/T8_VOICE?environment=base&cascade=true"))["revision"]


def test_stream__its_token_revoked__ends_within_five_seconds(
    process: Process, admin: httpx2.Client
) -> None:
    reader = service(admin, "revoked", None)
    with StreamConnection(process.port, reader["token"]) as stream:
        taken(stream)
        began = time.monotonic()
        ok(admin.delete(f"{V1}/tokens/{reader['id']}"))
        assert {event.kind for event in iter(stream.next, None)} <= {"bookmark"}
        assert time.monotonic() - began < 5


def test_stream__its_grants_changed__is_reset_and_ends(
    process: Process, admin: httpx2.Client
) -> None:
    reader = service(admin, "regranted", "voice")
    with StreamConnection(process.port, reader["token"]) as stream:
        taken(stream)
        grant(admin, "regranted", "limits")
        event = told(stream)
        assert (event.kind, event.data["reason"]) == ("reset", "scope")
        assert stream.next() is None
    with StreamConnection(process.port, reader["token"]) as stream:
        taken(stream)
        for one in (*reader["grants"], *granted(admin, "regranted")):
            admin.delete(f"{V1}/grants/{one}")
        assert told(stream).data["reason"] == "scope"
        assert stream.next() is None


def granted(admin: httpx2.Client, name: str) -> list[str]:
    found = ok(admin.get(f"{V1}/grants?principal={name}"))
    return [one["id"] for one in found["items"]]


def test_stream__more_than_a_token_may_have__is_429_until_one_is_closed(
    process: Process, admin: httpx2.Client
) -> None:
    token = service(admin, "greedy", None)["token"]
    streams = [StreamConnection(process.port, token) for _ in range(5)]
    assert [stream.status for stream in streams] == [200] * 4 + [429]
    assert int(streams[4].headers["Retry-After"]) >= 1
    for stream in streams[3:]:
        stream.close()
    for _ in range(100):  # the server hears of it a moment later
        with StreamConnection(process.port, token) as again:
            if again.status == 200:
                break
    assert again.status == 200
    for stream in streams[:3]:
        stream.close()


def test_t35__reader_that_takes_nothing__is_collapsed_to_one_reset_and_holds_nobody_up(
    process: Process, admin: httpx2.Client
) -> None:
    create(admin, "LARGE", "")
    with (
        StreamConnection(process.port, process.token, receive_bytes=32_768) as frozen,
        StreamConnection(process.port, process.token) as other,
    ):
        taken(frozen)
        taken(other)
        for turn in range(30):  # 1.8 MB: more than the kernel and we keep for one reader
            changed = put(admin, "LARGE", f"{turn}" + "x" * 60_000)
            assert told(other).id == changed
        seen = [taken(frozen)]
        while seen[-1].kind != "reset":
            seen.append(taken(frozen))
        assert seen[-1].data["reason"] == "slow"
        assert 1 < len(seen) < 30
        assert taken_after(frozen, put(admin, "LARGE", "small again"))
    metrics = admin.get("/metrics").text
    assert 'trimtab_stream_resets_total{reason="slow"} 1.0' in metrics


def taken_after(stream: StreamConnection, revision: str) -> bool:
    return any(event.id == revision for event in stream)


def test_shutdown__with_open_streams__waits_for_none_and_says_when_to_return(
    tmp_path: Path,
) -> None:
    with serving_process({"TRIMTAB_DATA_DIR": str(tmp_path / "data")}) as process:
        with client_of(process.url, process.token) as admin:
            create(admin, "LARGE", "")
            streams = [
                StreamConnection(process.port, process.token, receive_bytes=size)
                for size in (32_768, None, None, None)
            ]
            for stream in streams:
                taken(stream)
            for turn in range(10):
                changed = put(admin, "LARGE", f"{turn}" + "x" * 60_000)
            assert all(taken_after(stream, changed) for stream in streams[1:])
        began = time.monotonic()
    assert time.monotonic() - began < 5  # three seconds, and what a busy machine adds
    for stream in streams[1:]:
        *_, last = stream
        assert (last.kind, last.data["reason"]) == ("reset", "shutdown")
        assert last.retry is not None
        assert 500 <= last.retry <= 5_000
    for stream in streams:
        stream.close()
