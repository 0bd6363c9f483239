"""One request to an application as a server would hand it over, whatever stands in its headers."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class RawReply:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask_unread(
    app: ASGIApp, method: str, path: str, headers: Headers, query: str = ""
) -> RawReply:
    """The answer to a request whose body must not be read: reading it is an AssertionError."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("the body was read")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    said = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return RawReply(
        sent[0]["status"], said, b"".join(message.get("body", b"") for message in sent[1:])
    )
