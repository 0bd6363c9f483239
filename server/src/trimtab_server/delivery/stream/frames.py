"""Events of the stream as bytes, rendered once for everybody who is sent the same. Pure.

Server-Sent Events as the HTML standard defines them; the shapes stand in
`contract/stream_cases.json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from trimtab_server.kernel.value_types import canonical_text


@dataclass(frozen=True, slots=True)
class Frame:
    """One event; `chunk` is its text as a chunk of HTTP/1.1 (RFC 9112, section 7.1)."""

    text: bytes
    chunk: bytes
    reset: "ResetReason | None" = None


class ResetReason(StrEnum):
    """Why a reader has to fetch the whole."""

    WINDOW = "window"
    EPOCH = "epoch"
    SCOPE = "scope"
    SLOW = "slow"
    SHUTDOWN = "shutdown"


def change_frame(
    environment: str, prev: str, rev: str, members: Sequence[bytes], digest: str
) -> Frame:
    """`change`: apply these items to revision `prev` and you have `rev`, under this digest."""
    opening = f'{{"environment":"{environment}","prev":"{prev}","rev":"{rev}","items":{{'
    closing = f'}},"digest":"{digest}"}}'
    return _event("change", rev, opening.encode() + b",".join(members) + closing.encode())


def bookmark_frame(environment: str, rev: str, head: str, digest: str) -> Frame:
    """`bookmark`: whoever holds a set with this digest is at `rev`, and misses nothing."""
    said = {"environment": environment, "rev": rev, "head": head, "digest": digest}
    return _event("bookmark", rev, canonical_text(said).encode())


def reset_frame(
    environment: str, reason: ResetReason, head: str, *, retry_ms: int | None = None
) -> Frame:
    """`reset`: fetch the whole. It has no id, so that none is resumed from that may be gone."""
    said = {"environment": environment, "reason": reason.value, "head": head}
    event = _event("reset", None, canonical_text(said).encode(), retry_ms)
    return replace(event, reset=reason)


def _event(kind: str, rev: str | None, data: bytes, retry_ms: int | None = None) -> Frame:
    """JSON has no line breaks, so one `data:` line holds it."""
    pause = "" if retry_ms is None else f"retry: {retry_ms}\n"
    mark = "" if rev is None else f"id: {rev}\n"
    text = b"%s%sevent: %s\ndata: %s\n\n" % (pause.encode(), mark.encode(), kind.encode(), data)
    return Frame(text, b"%x\r\n%s\r\n" % (len(text), text))
