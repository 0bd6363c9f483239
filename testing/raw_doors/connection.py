"""A client that sends the bytes it is given, in the pieces it is told, and reads whole answers."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

# What no two answers have in common; the head's other lines are compared.
_OF_EACH = (b"date", b"trimtab-age-ms", b"x-request-id")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response as it came."""

    status: int
    lines: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first of that name."""
        found = [value for one, value in self.lines if one.lower() == name.lower().encode()]
        return found[0].decode() if found else None

    @property
    def common(self) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
        """What the same request must be answered with by whoever answers it; a problem names its
        request, and so its body and length are its own."""
        lines = (
            (name, value)
            for name, value in self.lines
            if name not in _OF_EACH and not (self.status >= 400 and name == b"content-length")
        )
        return self.status, tuple(sorted(lines)), self.body if self.status < 400 else b""


class Connection:
    """Open until the server closes it; then `ask` gives fewer answers than were asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.is_open = True

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """A new one."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))

    async def ask(self, *pieces: bytes, answers: Sequence[str] = ("GET",)) -> list[Answer]:
        """Send these pieces, each by itself as far as that can be, and read one answer for each
        method."""
        await self.send(*pieces)
        read: list[Answer] = []
        for method in answers:
            answer = await self.read(method)
            if answer is None:
                break
            read.append(answer)
        return read

    async def send(self, *pieces: bytes) -> None:
        """Only that."""
        for piece in pieces:
            self._writer.write(piece)
            for _ in range(3):  # the server, in the same loop, reads this much before the rest
                await asyncio.sleep(0)

    async def read(self, method: str = "GET") -> Answer | None:
        """The next answer, to a request of this method; None if the server has closed."""
        try:
            async with asyncio.timeout(10):
                return await self._read(method)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.is_open = False
            return None

    async def close(self) -> None:
        """Hang up."""
        self._writer.transport.abort()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _read(self, method: str) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        pairs = [line.partition(b": ") for line in head[1:-2]]
        lines = tuple((name, value) for name, _, value in pairs)
        status, length = int(head[0].split()[1]), int(dict(lines).get(b"content-length", b"0"))
        if status == 100:
            return await self._read(method)
        body = b""
        if method != "HEAD" and status != 304:
            body = await self._reader.readexactly(length)
        if dict(lines).get(b"connection") == b"close":
            self.is_open = False
        return Answer(status, lines, body)
