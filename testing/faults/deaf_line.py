"""A line to PostgreSQL on which no notification ever arrives, and everything else does."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_NOTIFICATION = b"A"  # NotificationResponse of PostgreSQL's protocol 3.0
_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"


class DeafLine:
    """Listens on a port of its own; `dropped` are the payloads that did not arrive."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.dropped: list[str] = []
        port = self._listener.getsockname()[1]
        self.url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
        self._run(self._accept)

    def close(self) -> None:
        """End every connection, and wait for it."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        for one in self._sockets:
            one.close()

    def _run(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._there)
                self._sockets += [near, far]
                self._run(self._forth, near, far)
                self._run(self._back, near, far)

    def _forth(self, near: socket.socket, far: socket.socket) -> None:
        """TLS is declined here, so that what comes back can be read."""
        with suppress(OSError):
            opening = near.recv(8, socket.MSG_WAITALL)
            if opening == _SSL_REQUEST:
                near.sendall(b"N")
            else:
                far.sendall(opening)
            while data := near.recv(65_536):
                far.sendall(data)
            far.shutdown(socket.SHUT_WR)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while head := far.recv(5, socket.MSG_WAITALL):
                body = far.recv(int.from_bytes(head[1:], "big") - 4, socket.MSG_WAITALL)
                if head[:1] == _NOTIFICATION:
                    self.dropped.append(body[4:].split(b"\x00")[1].decode())
                else:
                    near.sendall(head + body)
            near.shutdown(socket.SHUT_WR)


@contextmanager
def deaf_line(url: str) -> Iterator[DeafLine]:
    """A line to the PostgreSQL of this URL; its own `url` is to be used instead."""
    line = DeafLine(url)
    try:
        yield line
    finally:
        line.close()
