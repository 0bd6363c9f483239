"""A vendor on loopback: it writes down what reaches it and answers what a test tells it to."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The body, if it is JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back. `chunks` are sent one by one as they come; `until` is waited for before."""

    status: int = 200
    json: Any = None
    body: bytes | None = None
    chunks: Iterable[bytes] | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    until: threading.Event | None = None


Handler = Callable[[Request], Answer]


class LoopbackVendor:
    """Answers by path (the longest prefix that was given); `next` goes before all of that once."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.routes: dict[str, Handler] = {}
        self.next: deque[Answer] = deque()
        self.url = ""
        self._came = threading.Condition()

    def on(self, prefix: str, answer: Answer | Handler) -> None:
        """What to answer below this path."""
        self.routes[prefix] = answer if callable(answer) else lambda _request: answer

    def sent(self, prefix: str = "/") -> list[Request]:
        """What came for paths with this beginning."""
        return [one for one in [*self.requests] if one.path.startswith(prefix)]

    def last(self, prefix: str = "/") -> Request:
        """The newest of them."""
        return self.sent(prefix)[-1]

    def wait_for(self, count: int, prefix: str = "/") -> list[Request]:
        """Until that many came, which has to be soon."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.sent(prefix)) >= count, PATIENCE_SECONDS)
        return self.sent(prefix)

    def take(self, request: Request) -> Answer:
        """Write it down and say what to answer."""
        with self._came:
            self.requests.append(request)
            once = self.next.popleft() if self.next else None
            self._came.notify_all()
        if once is not None:
            return once
        for prefix in sorted(self.routes, key=len, reverse=True):
            if request.path.startswith(prefix):
                return self.routes[prefix](request)
        return Answer(404, json={"detail": "no such route in this test"})


@contextmanager
def loopback_vendor() -> Iterator[LoopbackVendor]:
    """One that listens while the block lasts."""
    vendor = LoopbackVendor()
    wire = type("Wire", (_Wire,), {"vendor": vendor})
    with _Server(("127.0.0.1", 0), wire) as server:
        vendor.url = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        serving.start()
        try:
            yield vendor
        finally:
            server.shutdown()
            serving.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # so that many callers may knock at once


class _Wire(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendor: LoopbackVendor

    def do_POST(self) -> None:
        """Read, write down, answer."""
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers, self._body())
        answer = self.vendor.take(request)
        if answer.until:
            answer.until.wait(PATIENCE_SECONDS)
        try:
            self._send(answer)
        except OSError:
            self.close_connection = True

    do_GET = do_POST  # noqa: N815  (names of the base class)

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is not None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._send_chunks(answer.chunks)
            return
        body = answer.body if answer.body is not None else json.dumps(answer.json).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_chunks(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Quiet."""
