"""Transport faults, against a real server on loopback that misbehaves on purpose."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2
import pytest

from trimtab.admin import Admin
from trimtab.admin.exchange import Exchange
from trimtab.errors import (
    BadKey,
    Conflict,
    Forbidden,
    Invalid,
    NotATrimtabAnswer,
    NotAuthenticated,
    NotFound,
    Refused,
    ServerFault,
    ServerUnreachable,
    TooManyRequests,
    TrimtabError,
    VersionMoved,
)
from trimtab.profile import Profile

TOKEN = "tt_abc_notarealtoken"
ENTITY = {
    "key": "RETRIES",
    "environment": "dev",
    "type": "integer",
    "value": 3,
    "category": "core",
    "origin": "base",
}
Answer = Callable[[BaseHTTPRequestHandler], None]


class _Seen(list[BaseHTTPRequestHandler]):
    url: str


@contextmanager
def _server(answer: Answer) -> Iterator[_Seen]:
    seen = _Seen()

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(self)
            answer(self)

        do_GET = do_PUT = do_POST = do_DELETE = _handle

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _reply(
    status: int, body: object, *, content_type: str = "application/json", **headers: str
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def _problem(status: int, **more: object) -> Answer:
    body = {
        "type": "urn:trimtab:problem:some-code",
        "title": "A title.",
        "status": status,
        "detail": "What is wrong, and what to do.",
        "code": "some-code",
        "requestId": "r-1",
        "errors": [],
        **more,
    }
    return _reply(
        status, body, content_type="application/problem+json", ETag='"now"', Retry_After="7"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _admin(url: str) -> Admin:
    return Admin(Profile(url, TOKEN, "shop"), channel="cli")


def test_admin__nothing_listens__says_so_and_what_to_do() -> None:
    said = r"nothing listens there.*trimtab up"
    with (
        _admin(f"http://127.0.0.1:{_free_port()}") as admin,
        pytest.raises(ServerUnreachable, match=said) as caught,
    ):
        admin.entity("RETRIES")
    assert TOKEN not in str(caught.value)


def test_admin__host_without_a_name__is_unreachable() -> None:
    with _admin("http://no-such-host.invalid") as admin, pytest.raises(ServerUnreachable):
        admin.set_value("RETRIES", 1, environment="dev", etag="*")


def test_admin__request__carries_token_channel_and_scope_but_no_token_in_the_url() -> None:
    with _server(_reply(200, ENTITY, ETag='"v1"')) as seen, _admin(seen.url) as admin:
        entity = admin.entity("RETRIES", "dev")
    assert (entity.value, entity.origin, entity.etag) == (3, "base", '"v1"')
    request = seen[0]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Trimtab-Channel"] == "cli"
    assert request.path == "/api/v1/config/RETRIES?environment=dev&application=shop"
    assert entity.raw == ENTITY


def test_admin__proxy_in_the_environment__is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{_free_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with _server(_reply(200, ENTITY)) as seen, _admin(seen.url) as admin:
        assert admin.entity("RETRIES").value == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid), (401, NotAuthenticated), (403, Forbidden), (404, NotFound),
        (409, Conflict), (412, VersionMoved), (413, Invalid), (415, Invalid), (422, Invalid),
        (428, Invalid), (429, TooManyRequests), (500, ServerFault), (503, ServerFault),
    ],
)  # fmt: skip
def test_admin__problem_document__becomes_its_error(status: int, kind: type[Refused]) -> None:
    complaint = {"pointer": "/value", "key": "RETRIES", "rule": "max", "message": "At most 5."}
    with (
        _server(_problem(status, errors=[complaint])) as seen,
        _admin(seen.url) as admin,
        pytest.raises(kind) as caught,
    ):
        admin.entity("RETRIES")
    problem = caught.value.problem
    assert str(caught.value) == "What is wrong, and what to do."
    assert (problem.status, problem.code, problem.request_id) == (status, "some-code", "r-1")
    assert (problem.etag, problem.retry_after_seconds) == ('"now"', 7.0)
    assert [(one.key, one.rule) for one in caught.value.complaints] == [("RETRIES", "max")]


@pytest.mark.parametrize(
    "answer",
    [
        _reply(200, b"<html>hello</html>", content_type="text/html"),
        _reply(200, b"", content_type="application/json"),
        _reply(200, b"{", content_type="application/json"),
        _reply(200, []),
        _reply(200, {"value": 3}),
        _reply(404, b"<h1>no</h1>", content_type="text/html"),
        _reply(404, b"[1]", content_type="application/json"),
        _reply(302, b"", Location="http://elsewhere.example/"),
    ],
)
def test_admin__answer_of_something_else__is_named_as_such(answer: Answer) -> None:
    with (
        _server(answer) as seen,
        _admin(seen.url) as admin,
        pytest.raises(NotATrimtabAnswer, match=seen.url),
    ):
        admin.entity("RETRIES")


@pytest.mark.parametrize(
    "answer",
    [
        _reply(500, b"Internal Server Error", content_type="text/plain"),
        _reply(502, b"<html>bad gateway</html>", content_type="text/html"),
        _reply(500, b"{", content_type="application/problem+json"),
    ],
)
def test_admin__server_error_without_a_document__is_a_server_fault(answer: Answer) -> None:
    with _server(answer) as seen, _admin(seen.url) as admin, pytest.raises(ServerFault):
        admin.entity("RETRIES")


def test_admin__silent_server__times_out_once_and_says_that_a_write_may_have_happened() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        exchange = Exchange(Profile(url, TOKEN), channel="cli", timeout=httpx2.Timeout(0.05))
        with pytest.raises(ServerUnreachable, match="may still have been made"):
            exchange.send("PUT", "/api/v1/config/RETRIES", body={"value": 1})
        exchange.close()


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_admin__connection_broken_off__is_not_repeated(method: str) -> None:
    with _server(_hang_up) as seen:
        exchange = Exchange(Profile(seen.url, TOKEN), channel="cli")
        with pytest.raises(ServerUnreachable, match="broke the connection off"):
            exchange.send(method, "/api/v1/config")
        exchange.close()
        assert len(seen) == 1


def test_exchange__get_before_anybody_listens__tries_again() -> None:
    port = _free_port()
    listening = threading.Event()

    def come_late() -> None:
        with socket.create_server(("127.0.0.1", port)) as late:
            listening.set()
            connection, _ = late.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            connection.close()

    thread = threading.Timer(0.05, come_late)
    exchange = Exchange(Profile(f"http://127.0.0.1:{port}", TOKEN), channel="cli")
    thread.start()
    try:
        assert exchange.send("GET", "/livez").status_code == 200
    finally:
        listening.wait(5)
        exchange.close()
        thread.join()


def test_admin__many_pages__are_read_to_the_end() -> None:
    pages = {
        None: {"items": [ENTITY], "nextCursor": "two"},
        "two": {"items": [{**ENTITY, "key": "TIMEOUT"}], "nextCursor": None},
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        cursor = httpx2.URL(handler.path).params.get("cursor")
        _reply(200, pages[cursor])(handler)

    with _server(answer) as seen, _admin(seen.url) as admin:
        assert [one.key for one in admin.entities("dev")] == ["RETRIES", "TIMEOUT"]


@pytest.mark.parametrize(
    "key", ["schema", "BULK", "", "1ST", "a/b", "..", "a b", "ключ", "A" * 256, "a?x=1", "-A"]
)
def test_admin__key_that_no_setting_can_have__is_refused_before_a_url_is_made(key: str) -> None:
    with _admin(f"http://127.0.0.1:{_free_port()}") as admin, pytest.raises(BadKey):
        admin.entity(key)


def test_errors__every_class__has_a_sentence_and_a_code_of_its_own() -> None:
    classes: list[type[TrimtabError]] = [
        TrimtabError,
        *TrimtabError.__subclasses__(),
        *Refused.__subclasses__(),
    ]
    ours = [one for one in classes if one.__module__ == "trimtab.errors"]
    assert all(one.__doc__ and one.__doc__.strip() for one in ours)
    assert len({one.code for one in ours}) == len(ours)
