"""The way out under any server: what waits is counted, and the end comes after it."""

import asyncio

import pytest
from starlette.types import Message

from trimtab_server.delivery.stream.frames import bookmark_frame
from trimtab_server.delivery.stream.outlet import SendOutlet

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
