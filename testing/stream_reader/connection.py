"""A stream over a socket of its own."""

import http.client
import socket
from collections.abc import Iterator
from typing import Self

from .reader import Event, events_of

STREAM = "/api/v1/stream"


class StreamConnection:
    """Opens at once; `status` and `headers` are there, events are taken one by one."""

    def __init__(
        self,
        port: int,
        token: str,
        query: str = "environment=dev",
        *,
        last_event_id: str | None = None,
        receive_bytes: int | None = None,
    ) -> None:
        """With `receive_bytes`, the kernel holds no more than about that for this reader."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.sock = socket.socket()
        if receive_bytes is not None:  # before it connects, or it comes too late
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self._connection.sock.settimeout(10)
        self._connection.sock.connect(("127.0.0.1", port))
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        self._connection.request("GET", f"{STREAM}?{query}", headers=headers)
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = self._response.headers

    def next(self) -> Event | None:
        """The next event; None when the server has ended the stream. Waits ten seconds at most."""
        block = b""
        for line in self._response:
            block += line
            if line == b"\n":
                return next(events_of(block.decode()))
        return None

    def __iter__(self) -> Iterator[Event]:
        while (event := self.next()) is not None:
            yield event

    def close(self) -> None:
        """Hang up."""
        self._response.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
