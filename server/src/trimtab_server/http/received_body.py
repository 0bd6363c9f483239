"""A request's body that was read in front of whoever may have to read it again."""

from collections import deque
from dataclasses import dataclass

from starlette.types import Message, Receive


@dataclass(frozen=True, slots=True)
class ReceivedBody:
    """The body as far as it was read, in one piece, and what came in its place if it broke off."""

    body: bytes
    is_whole: bool
    broken: Message | None = None

    def again(self, receive: Receive) -> Receive:
        """The same for the next who asks, and then what follows."""
        pending: deque[Message] = deque()
        if self.body or self.is_whole:
            more = not self.is_whole
            pending.append({"type": "http.request", "body": self.body, "more_body": more})
        if self.broken is not None:
            pending.append(self.broken)

        async def received() -> Message:
            return pending.popleft() if pending else await receive()

        return received


async def receive_body(receive: Receive, length: int) -> ReceivedBody:
    """The body, in however many pieces it comes; of one that is longer than `length` not all."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return ReceivedBody(bytes(body), is_whole=False, broken=message)
        body += message.get("body", b"")
        is_whole = not message.get("more_body", False)
        if is_whole or len(body) > length:
            return ReceivedBody(bytes(body), is_whole)
