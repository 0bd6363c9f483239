"""Whatever is sent in whatever pieces, and whatever changes between: with the memo and without it,
the same answers come in the same order, and the connection ends at the same place.

The long form: TRIMTAB_LONG_TESTS=1 ./dev test server/tests/delivery/memo
"""

import itertools
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from api_driver import prepare
from raw_doors import Answer, Doors, open_doors
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant

SEEDS = range(60 if os.environ.get("TRIMTAB_LONG_TESTS") == "1" else 2)
STEPS = 250
PATHS = (
    "/api/v1/snapshot?environment=dev",
    "/api/v1/snapshot?environment=prod",
    "/api/v1/snapshot",
    "/api/v1/config/RETRIES?environment=dev",
    "/api/v1/config/HIDDEN?environment=dev",
    "/api/v1/config/LONG",
    "/api/v1/config/NONE",
    "/api/v1/config",
    "/livez",
)
# Lines that make a request another one, or none of ours: what the memo must not swallow.
UNUSUAL = (
    "Connection: close",
    "Content-Length: 0",
    "Expect: 100-continue",
    "X-Request-Id: mine-12345678",
    "X-Forwarded-For: 198.51.100.7",
    "If-None-Match: *",
    "Broken\x01: yes",
)
ENDS = (b"Broken", b"Connection: close", b"HTTP/1.0")
Request = tuple[str, bytes]


class Player:
    """Makes requests and changes as its seed says; repeats itself, as programs do."""

    def __init__(self, doors: Doors, seed: int) -> None:
        self.doors = doors
        self.random = random.Random(seed)
        self.readers: list[str] = []
        self.grants: list[str] = []
        self.tags = ['"none"']
        self.said: list[Request] = []
        self.last: list[Request] = []
        self.number = 0

    async def begin(self) -> None:
        """Settings, and two who read them."""
        api = self.doors.api
        await prepare(api)
        await api.create("HIDDEN", "string", "x", category="hidden")
        await api.create("LONG", "string", "y" * 10_000)
        await self.doors.app.state.feed.look()
        await self._hire()
        await self._hire()
        self.last = [self._request()]

    def requests(self) -> list[Request]:
        """One, or some that are sent without waiting."""
        if self.random.random() < 0.15:
            count = self.random.choice((1,) * 8 + (2, 3))
            self.last = [self._request() for _ in range(count)]
            if any(end in request for _, request in self.last for end in ENDS):
                # How much of what stands around it is still answered is a matter of time.
                del self.last[1:]
        return self.last

    def pieces(self, requests: list[Request]) -> list[bytes]:
        """Their bytes: mostly at once, else one by one or cut anywhere."""
        if self.random.random() < 0.4:
            return [request for _, request in requests]
        data = b"".join(request for _, request in requests)
        cuts = self.random.choice((0,) * 8 + (1, 3))
        at = sorted({0, len(data), *(self.random.randrange(len(data)) for _ in range(cuts))})
        return [data[start:end] for start, end in itertools.pairwise(at)]

    async def change(self) -> None:
        """Mostly nothing; else something that alters what somebody is answered."""
        if self.random.random() < 0.93:
            return
        changes: tuple[Callable[[], Awaitable[None]], ...] = (
            self._write, self._write, self._write, self._fire, self._regrant, self._prove_again,
        )  # fmt: skip
        await self.random.choice(changes)()

    def _request(self) -> Request:
        if self.said and self.random.random() < 0.5:
            return self.random.choice(self.said[-4:])
        method = self.random.choice(("GET",) * 14 + ("HEAD", "DELETE"))
        token = self.random.choice((*self.readers, *self.readers, "tt_unknown"))
        lines = ["Host: x", f"Authorization: Bearer {token}", "Accept: */*"]
        if self.random.random() < 0.4:
            lines.append(f"If-None-Match: {self.random.choice(self.tags)}")
        if self.random.random() < 0.2:
            lines.append(self.random.choice(UNUSUAL))
        self.random.shuffle(lines)
        version = self.random.choice(("1.1",) * 9 + ("1.0",))
        line = f"{method} {self.random.choice(PATHS + 6 * PATHS[:4])} HTTP/{version}"
        self.said.append((method, "\r\n".join((line, *lines, "", "")).encode("latin-1")))
        return self.said[-1]

    async def _write(self) -> None:
        self.number += 1
        await self.doors.api.put("RETRIES", self.number % 10, self.random.choice(("dev", "base")))

    async def _hire(self) -> None:
        self.number += 1
        grant = Grant(Role.VIEWER, category=self.random.choice((None, "general", "hidden")))
        self.readers.append(await self.doors.store.issue(f"reader-{self.number}", grant))

    async def _fire(self) -> None:
        """Somebody's token ends; their requests go on, and somebody else comes."""
        api = self.doors.api.as_(self.random.choice(self.readers))
        await api.call("DELETE", "/api/v1/tokens/self")
        self.doors.forget()
        await self._hire()
        del self.readers[:-3]

    async def _regrant(self) -> None:
        """Somebody may see more, or less again."""
        api = self.doors.api
        if self.grants and self.random.random() < 0.5:
            await api.call("DELETE", f"/api/v1/grants/{self.grants.pop()}")
        else:
            who = await api.as_(self.random.choice(self.readers)).get("/api/v1/whoami")
            name = who.json().get("name")
            given = {"principal": name, "role": "viewer", "category": "hidden"}
            made = await api.post("/api/v1/grants", given)
            if made.status_code == 201:
                self.grants.append(made.json()["id"])
        self.doors.forget()

    async def _prove_again(self) -> None:
        self.doors.forget()


@pytest.mark.parametrize("seed", SEEDS)
async def test_memo__any_requests_in_any_pieces__are_answered_as_without_it(
    tmp_path: Path, seed: int
) -> None:
    async with open_doors(f"sqlite:///{tmp_path / 'store.sqlite3'}") as doors:
        player = Player(doors, seed)
        await player.begin()
        memo, plain = await doors.through_memo(), await doors.plain()
        for _ in range(STEPS):
            if not memo.is_open:
                await memo.close()
                await plain.close()
                memo, plain = await doors.through_memo(), await doors.plain()
            requests = player.requests()
            said = b"".join(request for _, request in requests)
            pieces, methods = player.pieces(requests), [method for method, _ in requests]
            got = await memo.ask(*pieces, answers=methods)
            wanted = await plain.ask(*pieces, answers=methods)
            assert [one.common for one in got] == [one.common for one in wanted], said
            assert memo.is_open == plain.is_open, said
            _check_ids(got, requests)
            player.tags += [tag for one in got if (tag := one.header("ETag"))]
            await player.change()
        assert doors.memo.answered > STEPS / 10


def _check_ids(got: list[Answer], requests: list[Request]) -> None:
    """Each answer has an id of its own, but for those that were brought."""
    own = [
        answer.header("X-Request-Id")
        for answer, (_, request) in zip(got, requests, strict=False)
        if answer.header("X-Request-Id") and b"X-Request-Id" not in request
    ]
    assert len(set(own)) == len(own)
    assert "mine-12345678" not in own
