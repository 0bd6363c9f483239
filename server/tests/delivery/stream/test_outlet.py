"""The ways out: what waits is counted, the end comes after it, and a reader may be gone."""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

import pytest
import uvloop
from starlette.types import Message

from trimtab_server.delivery.stream.frames import bookmark_frame
from trimtab_server.delivery.stream.outlet import SendOutlet, TransportOutlet

FRAME = bookmark_frame("dev", "1.1", "1.1", "0" * 32)


async def test_send_outlet__a_reader_that_does_not_take__holds_back_and_then_ends() -> None:
    sent: list[Message] = []
    may_send = asyncio.Event()

    async def send(message: Message) -> None:
        await may_send.wait()
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    outlet = SendOutlet(send, receive)
    done = asyncio.create_task(outlet.until_closed())
    for _ in range(3):
        outlet.write(FRAME)
    await asyncio.sleep(0)
    assert outlet.waiting_bytes == 3 * len(FRAME.text)
    may_send.set()
    outlet.end()
    async with asyncio.timeout(5):
        await done
    assert [message["body"] for message in sent] == [FRAME.text] * 3 + [b""]
    assert outlet.waiting_bytes == 0


@pytest.mark.parametrize("ends", ["reader", "server"])
async def test_send_outlet__stuck_in_the_middle__ends_when_either_side_goes(ends: str) -> None:
    gone = asyncio.Event()

    async def send(message: Message) -> None:
        await asyncio.Event().wait()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    outlet = SendOutlet(send, receive)
    outlet.write(FRAME)
    done = asyncio.create_task(outlet.until_closed())
    await asyncio.sleep(0)
    if ends == "reader":
        gone.set()
    else:
        outlet.abort()
    async with asyncio.timeout(5):
        await done


class Connection(asyncio.Protocol):
    """The server's side of one connection, when it was made and when it was lost."""

    def __init__(self) -> None:
        self.made, self.lost = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.made.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.set()


@pytest.mark.parametrize("new_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_transport_outlet__the_reader_has_gone__nothing_is_raised(
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def write_to_nobody() -> None:
        connection = Connection()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: connection, "127.0.0.1", 0)
        async with server:
            with socket.create_connection(server.sockets[0].getsockname()):
                await connection.made.wait()
            await connection.lost.wait()
            outlet = TransportOutlet(cast(asyncio.Transport, connection.transport), receive)
            for _ in range(3):  # at the connection's loss, and when the loop has done with it
                outlet.write(FRAME)
                outlet.end()
                outlet.abort()
                await asyncio.sleep(0)
            assert outlet.waiting_bytes == 0

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(asyncio.wait_for(write_to_nobody(), 5))
