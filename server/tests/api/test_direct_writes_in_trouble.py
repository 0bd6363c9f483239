"""A value written in front of the framework, when something happens before its answer."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from starlette.types import Message

import trimtab_server.config.committer
from api_driver import CONFIG, Served, serving
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import Server, create_app
from trimtab_server.config.change import commit_and_tell
from trimtab_server.settings import Settings

PATH = f"{CONFIG}/SPEED"
BODY = b'{"value":7}'
SECRET = b'{"value":"AKIAQWERTYUIOPASDFGH"}'


async def written(
    served: Served,
    token: str,
    receive: Callable[[], Awaitable[Message]],
    length: int = len(BODY),
    *more: tuple[bytes, bytes],
) -> tuple[int, dict[str, Any]]:
    """What is answered to a value whose body comes from `receive`; within five seconds."""
    head = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PUT",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "query_string": b"environment=dev",
        "client": ("192.0.2.7", 123),
        "server": ("trimtab.test", 80),
        "headers": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % length),
            (b"if-match", b"*"),
            *more,
        ],
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(5):
        await served.app(head, receive, send)
    return sent[0]["status"], json.loads(b"".join(one.get("body", b"") for one in sent[1:]))


def pieces(*bodies: bytes, before_last: Callable[[], Awaitable[None]] | None = None) -> Any:
    """A body that comes in these pieces; what is to happen before the last does."""
    left = list(bodies)

    async def receive() -> Message:
        body = left.pop(0)
        if not left and before_last is not None:
            await before_last()
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    return receive


async def never() -> Message:
    """The rest of a body that does not come."""
    await asyncio.Event().wait()
    raise AssertionError


async def known_token(served: Served, *grants: Grant) -> str:
    """A token that was used a moment ago, of an editor if nothing else is said."""
    await served.api.create("SPEED", "string", "x")
    token = await served.store.issue("writer", *(grants or [Grant(Role.EDITOR)]))
    assert (await served.api.as_(token).call("GET", "/api/v1/whoami")).status_code == 200
    return token


async def test_limit__reached__is_said_before_a_body_is_waited_for(store_url: str) -> None:
    async with serving(store_url, rate_limits="write=1") as served:
        token = await known_token(served)
        statuses = [(await written(served, token, pieces(BODY)))[0] for _ in range(10)]
        last, problem = await written(served, token, never)
    assert statuses == [422] * 10  # the setting holds texts
    assert (last, problem["code"]) == (429, "rate-limited")


async def test_body__said_to_be_too_long__is_not_waited_for(store_url: str) -> None:
    async with serving(store_url) as served:
        token = await known_token(served)
        status, problem = await written(served, token, never, 300_000)
    assert (status, problem["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    "cut", [[b'{"value":"y', b'"}'], [*(bytes([one]) for one in b'{"value":"y"}')]]
)
async def test_body__in_pieces__is_one(store_url: str, cut: Sequence[bytes]) -> None:
    async with serving(store_url) as served:
        token = await known_token(served)
        status, entity = await written(served, token, pieces(*cut), 13)
    assert (status, entity["value"]) == (200, "y")


async def test_body__that_breaks_off__writes_nothing(store_url: str) -> None:
    async with serving(store_url) as served:
        token = await known_token(served)
        left: list[Message] = [
            {"type": "http.request", "body": BODY[:5], "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Message:
            return left.pop(0)

        status, _ = await written(served, token, receive)
        entity = (await served.api.call("GET", f"{PATH}?environment=dev&strong=true")).json()
    assert status == 422
    assert entity["value"] == "x"


async def test_credential__refused_when_the_token_has_ended_since__stands_in_the_trail(
    store_url: str,
) -> None:
    async with serving(store_url) as served:
        token = await known_token(served)

        async def end_token() -> None:
            me = (await served.api.as_(token).call("GET", "/api/v1/whoami")).json()
            path = f"/api/v1/tokens/{me['token']['id']}"
            assert (await served.api.call("DELETE", path)).is_success
            served.forget()

        receive = pieces(SECRET[:5], SECRET[5:], before_last=end_token)
        status, _ = await written(served, token, receive, len(SECRET))
        trail = await served.trail("secret-refused")
    assert status == 422
    assert len(trail) == 1


async def test_right__that_is_missing__is_told_in_the_trail_as_by_the_framework(
    store_url: str,
) -> None:
    async with serving(store_url) as served:
        token = await known_token(served, Grant(Role.VIEWER))
        direct, _ = await written(served, token, pieces(BODY))
        marked = (b"idempotency-key", b"of-the-framework")
        usual, _ = await written(served, token, pieces(BODY), len(BODY), marked)
        one, other = await served.trail("access-refused")
    assert direct == usual == 403
    assert one["subject"] == other["subject"]


async def test_commit__its_answer_lost__has_one_request_id_everywhere(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def commit_and_break(*given: Any) -> None:
        await commit_and_tell(*given)
        raise ConnectionResetError

    async with serving(store_url) as served:
        token = await known_token(served)
        with monkeypatch.context() as broken:
            broken.setattr(trimtab_server.config.committer, "commit_and_tell", commit_and_break)
            status, problem = await written(served, token, pieces(b'{"value":"y"}'), 13)
        page = (await served.api.call("GET", "/api/v1/audit?application=default")).json()
    assert status == 503
    assert problem["requestId"] in {entry["requestId"] for entry in page["items"]}


async def test_refusal__after_a_while__is_timed_from_the_beginning(store_url: str) -> None:
    async def a_while() -> None:
        await asyncio.sleep(0.3)

    async with serving(store_url) as served:
        token = await known_token(served)
        await written(served, token, pieces(b"", BODY, before_last=a_while))
        text = (await served.api.call("GET", "/metrics")).text
    name = 'trimtab_http_request_seconds_sum{route="/api/v1/config/{key}"} '
    (line,) = (line for line in text.splitlines() if line.startswith(name))
    assert float(line.removeprefix(name)) >= 0.3


def test_traced__every_write_is_the_frameworks(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def direct() -> object:
        app = create_app(Settings(database_url=store_url))
        assert isinstance(app, Server)
        return app.direct_writes

    assert direct() is not None
    monkeypatch.setenv("OTEL_SERVICE_NAME", "x")
    assert direct() is None
