"""A TCP proxy before a server that can lose the server at a chosen moment of one request."""

import socket
import threading
from collections.abc import Callable
from enum import StrEnum

_HEAD_END = b"\r\n\r\n"


class Lose(StrEnum):
    """When the connection breaks."""

    THE_REQUEST = "before the server has heard it"
    THE_REPLY = "after the server has carried it out"


class UnreliableProxy:
    """Forwards HTTP/1.1; the first `times` requests that `is_it` are lost at the moment `lose`.

    `on_loss` runs before the client notices: it may kill the server, or start it again.
    """

    def __init__(
        self,
        port: int,
        is_it: Callable[[bytes], bool],
        lose: Lose,
        *,
        times: int = 1,
        on_loss: Callable[[], None] = lambda: None,
    ) -> None:
        self.lost: list[bytes] = []
        self.passed: list[bytes] = []
        self._server_port = port
        self._is_it = is_it
        self._lose = lose
        self._times = times
        self._on_loss = on_loss
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening, and wait for what is open."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> "UnreliableProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            while request := _message(client):
                reply = self._answer(request)
                if reply is None:
                    return
                client.sendall(reply)

    def _answer(self, request: bytes) -> bytes | None:
        """The server's reply; None: the client gets none."""
        is_lost = len(self.lost) < self._times and self._is_it(request)
        if is_lost:
            self.lost.append(request)
            if self._lose is Lose.THE_REQUEST:
                self._on_loss()
                return None
        else:
            self.passed.append(request)
        try:
            reply = self._forward(request)
        except OSError:
            return None
        if is_lost:
            self._on_loss()
            return None
        return reply or None

    def _forward(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self._server_port)) as server:
            server.sendall(request)
            return _message(server)


def _message(connection: socket.socket) -> bytes:
    """One whole request or response; empty at the end of the connection."""
    data = b""
    while _HEAD_END not in data:
        part = _received(connection)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(_HEAD_END)
    while len(body) < _length(head):
        part = _received(connection)
        if not part:
            return b""
        body += part
    return head + _HEAD_END + body


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
