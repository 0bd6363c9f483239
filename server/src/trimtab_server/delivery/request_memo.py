"""Requests that came before, byte for byte, answered before anything is parsed.

What is kept here was answered twice by `direct_reads.py` under the same generation. It is that same
answer, and what that would ask is asked again: is it still good, may this token and this address
send more. If not, nothing is done, and the request goes its ordinary way, where it is told why.

The key is the whole head, the credential in it among the rest: whoever is given a kept answer has
sent exactly what it was made for. Everything kept ends at once with its generation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from trimtab_server.access.authentication import Door
from trimtab_server.access.route_class import RouteClass
from trimtab_server.delivery.kept_answer import KeptAnswer, RawHeaders
from trimtab_server.http.client_address import ClientAddress
from trimtab_server.http.request_ids import new_request_id

MOST_HEAD_BYTES = 4096
MOST_ENTRIES = 1024
MOST_BYTES = 32 * 2**20
"""Of heads and their answers; a body that answers many requests counts once."""

# From here on the body is written by itself: no copy of it is made.
_LONG_BODY_BYTES = 4096
_NOTE_EVERY_SECONDS = 1.0


@dataclass(slots=True)
class _Entry:
    kept: KeptAnswer
    forwarded: Sequence[str]
    status_line: bytes
    headers: bytes
    size: int
    note_at: float


class RequestMemo:
    """One per process. `generation` counts everything that may alter an answer."""

    def __init__(
        self,
        generation: Callable[[], int],
        door: Door,
        client_address: ClientAddress,
        monotonic: Callable[[], float],
    ) -> None:
        self._now_generation = generation
        self._door = door
        self._client_address = client_address
        self._monotonic = monotonic
        self._generation = generation()
        self._entries: dict[bytes, _Entry] = {}
        self._bodies: set[bytes] = set()
        self._server_headers: RawHeaders = []
        self._server_lines = b""
        self.bytes_kept = 0

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, head: bytes, kept: KeptAnswer, forwarded: Sequence[str]) -> None:
        """Answer these bytes so, while it is good. `forwarded` is what the request says of its way
        here, as far as anybody believes it."""
        if len(head) > MOST_HEAD_BYTES or kept.generation != self._now_generation():
            return
        known = self._entries.get(head)
        if kept.generation != self._generation or (known is None and self._is_full(head, kept)):
            self._forget(kept.generation)
        elif known is not None:
            self.bytes_kept -= known.size
        status = HTTPStatus(kept.status)
        status_line = b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode())
        headers = _lines(kept.headers)
        size = 2 * (len(head) + len(headers))
        if kept.body not in self._bodies:
            self._bodies.add(kept.body)
            self.bytes_kept += len(kept.body)
        self._entries[head] = _Entry(kept, forwarded, status_line, headers, size, 0.0)
        self.bytes_kept += size

    def answer(
        self,
        head: bytes,
        peer: str | None,
        server_headers: RawHeaders,
        write: Callable[[bytes], None],
    ) -> bool:
        """Write the whole response to these bytes, if there is one; else False, and nothing is
        done. `server_headers` are those of the HTTP server itself: it makes a new list of them when
        one changes."""
        if len(head) > MOST_HEAD_BYTES:
            return False
        entry = self._entries.get(head)
        if entry is None:
            return False
        began, kept = self._monotonic(), entry.kept
        if kept.until <= began or self._generation != self._now_generation():
            return False
        address = peer
        if entry.forwarded:
            address = self._client_address.behind(peer, entry.forwarded)
        if not self._door.limits.takes(address, kept.who, RouteClass.DELIVERY):
            return False
        self._write(entry, began, server_headers, write)
        if kept.token is not None and entry.note_at <= began:
            entry.note_at = began + _NOTE_EVERY_SECONDS
            self._door.token_use.note(kept.token)
        kept.count()
        kept.observe(self._monotonic() - began)
        return True

    def _write(
        self,
        entry: _Entry,
        now: float,
        server_headers: RawHeaders,
        write: Callable[[bytes], None],
    ) -> None:
        if server_headers is not self._server_headers:
            self._server_headers, self._server_lines = server_headers, _lines(server_headers)
        body, is_long = entry.kept.body, len(entry.kept.body) >= _LONG_BODY_BYTES
        write(
            b"%b%b%btrimtab-age-ms: %d\r\nx-request-id: %b\r\n\r\n%b"
            % (
                entry.status_line,
                self._server_lines,
                entry.headers,
                entry.kept.held.age_ms(now),
                new_request_id(),
                b"" if is_long else body,
            )
        )
        if is_long:
            write(body)

    def _is_full(self, head: bytes, kept: KeptAnswer) -> bool:
        more = 2 * (len(head) + len(_lines(kept.headers))) + len(kept.body)
        return len(self._entries) >= MOST_ENTRIES or self.bytes_kept + more > MOST_BYTES

    def _forget(self, generation: int) -> None:
        self._generation = generation
        self._entries.clear()
        self._bodies.clear()
        self.bytes_kept = 0


def _lines(headers: RawHeaders) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)
