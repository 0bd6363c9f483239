"""Where a reader's events go out: bytes that the server holds until the reader takes them."""

import asyncio
import socket
from collections import deque
from contextlib import suppress
from typing import Any, Protocol

from starlette.types import Receive, Send

from .frames import Frame

# What the kernel holds for a reader that takes nothing comes on top of what we count ourselves.
_KERNEL_BYTES = 128 * 1024


class Outlet(Protocol):
    """One open response. `write` never waits and never fails."""

    @property
    def waiting_bytes(self) -> int:
        """What was written and has not left the process yet."""

    def write(self, frame: Frame) -> None:
        """Send it after what is waiting."""

    def end(self) -> None:
        """Nothing more is written: the response ends when what waits has left."""

    def abort(self) -> None:
        """End it now, whatever still waits."""

    async def until_closed(self) -> None:
        """Return when the reader has gone, or the response has ended."""


class TransportOutlet:
    """Straight to the connection: no task, no queue and no coroutine for an event.

    A reader may be gone before `until_closed` returns; uvloop refuses to write to its connection,
    and that must not keep the event from the readers after it.

    The response must have begun with `Transfer-Encoding: chunked`. Uvicorn's protocol gives its
    transport to the application (`cli/protocol.py`).
    """

    def __init__(self, transport: asyncio.Transport, receive: Receive) -> None:
        self._transport = transport
        self._receive = receive
        connection: Any = transport.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)

    @property
    def waiting_bytes(self) -> int:
        """What was written and has not left the process yet."""
        return self._transport.get_write_buffer_size()

    def write(self, frame: Frame) -> None:
        """Send the frame as one chunk."""
        if not self._transport.is_closing():
            self._transport.write(frame.chunk)

    def end(self) -> None:
        """Close after what is waiting."""
        if not self._transport.is_closing():
            self._transport.write(b"0\r\n\r\n")
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    async def until_closed(self) -> None:
        """The server says so when the connection is lost."""
        await until_disconnected(self._receive)


class SendOutlet:
    """By way of ASGI's `send`, under any server: one task for each reader."""

    def __init__(self, send: Send, receive: Receive) -> None:
        self._send = send
        self._receive = receive
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self._sending: asyncio.Task[None] | None = None
        self.waiting_bytes = 0

    def write(self, frame: Frame) -> None:
        """Queue the frame."""
        self._frames.append(frame.text)
        self.waiting_bytes += len(frame.text)
        self._wake.set()

    def end(self) -> None:
        """End after what is waiting."""
        self._ended = True
        self._wake.set()

    def abort(self) -> None:
        """Forget what is waiting, and end."""
        self._frames.clear()
        self.waiting_bytes = 0
        self.end()
        if self._sending is not None:  # it may be waiting for the reader, in the middle of a frame
            self._sending.cancel()

    async def until_closed(self) -> None:
        """Send what is written until it ends or the reader goes."""
        gone = asyncio.create_task(until_disconnected(self._receive))
        self._sending = sending = asyncio.create_task(self._send_all())
        try:
            await asyncio.wait({gone, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (gone, sending):
                task.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await task

    async def _send_all(self) -> None:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                await self._send({"type": "http.response.body", "body": frame, "more_body": True})
                self.waiting_bytes -= len(frame)
            if self._ended:
                await self._send({"type": "http.response.body", "body": b""})
                return
            self._wake.clear()
            await self._wake.wait()


async def until_disconnected(receive: Receive) -> None:
    """Return when the server says that the reader has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
