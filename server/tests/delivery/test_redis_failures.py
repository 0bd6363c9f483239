"""Two servers, whatever becomes of the Redis between them: read, write, stream, reload, as always.

The long form takes more turns and is stricter about time:
    TRIMTAB_LONG_TESTS=1 ./dev test server/tests/delivery/test_redis_failures.py
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import Any

import httpx2
import pytest
import redis

from api_driver import Process, Store, serving_process
from faults import Stoppable, stoppable_valkey
from real_servers import PostgresServer
from stream_reader import StreamConnection, mark_of
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.infra.database import Database
from trimtab_server.infra.redis_link import BUDGET_SECONDS

CONFIG, SNAPSHOT = "/api/v1/config", "/api/v1/snapshot"
LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
TURNS = 40 if LONG else 3
READS = 400 if LONG else 40
WITHOUT_HINTS_SECONDS, KEPT_AGAIN_SECONDS = 1.5, 40.0
KEY = "0123456789abcdef" * 2
STATE = "trimtab:state:default"


class Node:
    """One server as an administrator and as a reader of one category use it."""

    def __init__(self, process: Process, admin: str, narrow: str) -> None:
        self.port, self.admin_token = process.port, admin
        self.admin, self.narrow = (
            httpx2.Client(
                base_url=process.url,
                headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
                timeout=20,
                trust_env=False,
            )
            for token in (admin, narrow)
        )
        self._seen = (0, 0)

    def read(self, client: httpx2.Client, path: str, **query: str) -> Any:
        """What it says, which is never of an earlier revision than anything it said before."""
        answer = client.get(path, params={"environment": "dev", **query})
        assert answer.status_code == 200, answer.text
        mark = mark_of(answer.headers["Trimtab-Revision"])
        assert mark >= self._seen, f"{mark} after {self._seen}"
        self._seen = mark
        return answer.json()

    def usual_read_seconds(self) -> float:
        """What all reads but a few stay below, in the best of three rounds."""
        return min(self._round() for _ in range(1 if LONG else 3))

    def _round(self) -> float:
        took = []
        for _ in range(READS):
            began = time.perf_counter()
            self.read(self.admin, SNAPSHOT)
            took.append(time.perf_counter() - began)
        return sorted(took)[-3]

    def close(self) -> None:
        self.admin.close()
        self.narrow.close()


class Pair:
    """Two servers on one PostgreSQL and one Valkey that can be broken."""

    def __init__(self, valkey: Stoppable | None, nodes: list[Node]) -> None:
        self._valkey, self.nodes = valkey, nodes
        self.number = 0

    @property
    def valkey(self) -> Stoppable:
        """What is broken."""
        assert self._valkey is not None
        return self._valkey

    def redis(self) -> "redis.Redis":
        """Whoever else gets at it."""
        return redis.Redis.from_url(self.valkey.url)

    def mend(self, broken: object) -> None:
        """It is there again; what was in it may not be."""
        if broken is killed:
            self.valkey.start()
        if broken is frozen:
            self.valkey.thaw()

    def wait_until_kept(self) -> None:
        """It holds what there is now: the newest state, and somebody's proof."""
        deadline = time.monotonic() + KEPT_AGAIN_SECONDS
        while not self._is_kept():
            assert time.monotonic() < deadline, "nothing is kept"
            time.sleep(0.05)

    def holds_no_credential(self) -> None:
        """Neither a token nor its digest, nor the key, stands anywhere in it."""
        with self.redis() as client:
            names = list(client.scan_iter("*"))
            kept = b"".join(names) + b"".join(client.dump(name) or b"" for name in names)
        token = self.nodes[0].admin_token
        for text in (token, token[16:], sha256(token.encode()).hexdigest(), KEY):
            assert text.encode() not in kept

    def _is_kept(self) -> bool:
        now = self.nodes[0].admin.get(SNAPSHOT).headers["Trimtab-Revision"]
        with self.redis() as client:
            if client.type(STATE) != b"hash" or not list(client.scan_iter("trimtab:proof:*")):
                return False
            return bool(client.hget(STATE, "head") == now.replace(".", ":").encode())

    def everything_holds(self, turns: int = TURNS) -> None:
        """Whoever shows the revision reads what was written; nobody reads what they may not."""
        one, two = self.nodes
        with StreamConnection(two.port, two.admin_token) as stream:
            event = stream.next()
            assert event is not None
            for _ in range(turns):
                self.number += 1
                writer, reader = (one, two) if self.number % 2 else (two, one)
                revision, began = self._write(writer), time.monotonic()
                for node, query in ((writer, {}), (reader, {"minRevision": revision})):
                    self._shows_the_number(node, query)
                strong = reader.read(reader.admin, f"{CONFIG}/VOICE", strong="true")
                assert strong["value"] == self.number
                while event.id != revision:
                    event = stream.next()
                    assert event is not None
                assert time.monotonic() - began < WITHOUT_HINTS_SECONDS
        answer = one.admin.post(f"{CONFIG}/reload").json()
        assert [one["revision"] for one in answer["nodes"]] == [revision, revision]

    def _write(self, node: Node) -> str:
        items = [
            {"key": key, "environment": "base", "value": self.number} for key in ("VOICE", "LIMIT")
        ]
        answer = node.admin.post(f"{CONFIG}/bulk", json={"items": items})
        assert answer.status_code == 200, answer.text
        return answer.headers["Trimtab-Revision"]

    def _shows_the_number(self, node: Node, query: dict[str, str]) -> None:
        wide = node.read(node.admin, SNAPSHOT, **query)["items"]
        assert {key: wide[key]["value"] for key in wide} == dict.fromkeys(wide, self.number)
        narrow = node.read(node.narrow, SNAPSHOT, **query)["items"]
        assert {key: one["value"] for key, one in narrow.items()} == {"VOICE": self.number}


@contextmanager
def running_pair(url: str, redis_url: str, valkey: Stoppable | None) -> Iterator[Pair]:
    admin, narrow = asyncio.run(_prepared(url))
    settings = {
        "TRIMTAB_DATABASE_URL": url,
        "TRIMTAB_REDIS_URL": redis_url,
        "TRIMTAB_REDIS_KEY": KEY,
    }
    with ExitStack() as stack:
        processes = [stack.enter_context(serving_process(settings)) for _ in range(2)]
        pair = Pair(valkey, [Node(one, admin, narrow) for one in processes])
        for node in pair.nodes:
            stack.callback(node.close)
        for key, category in (("VOICE", "voice"), ("LIMIT", "limits")):
            body = {"key": key, "type": "integer", "environment": "base", "value": 0}
            made = pair.nodes[0].admin.post(CONFIG, json=body | {"category": category})
            assert made.status_code == 201, made.text
        yield pair


@pytest.fixture(scope="module")
def pair(postgres_server: PostgresServer) -> Iterator[Pair]:
    with (
        stoppable_valkey() as valkey,
        running_pair(postgres_server.create_database(), valkey.url, valkey) as pair,
    ):
        yield pair


async def _prepared(url: str) -> tuple[str, str]:
    store = Store(Database(url))
    await store.prepare()
    admin = await store.issue_admin("operator")
    narrow = await store.issue("narrow", Grant(Role.SERVICE, None, "dev", "voice"))
    await store.database.dispose()
    return admin, narrow


def killed(pair: Pair) -> None:
    pair.valkey.stop()


def frozen(pair: Pair) -> None:
    pair.valkey.freeze()


def flushed(pair: Pair) -> None:
    with pair.redis() as client:
        client.flushall()


def poisoned(pair: Pair) -> None:
    """Everything that is there, by something else; and hints of what never was."""
    with pair.redis() as client:
        for name in list(client.scan_iter("trimtab:*")):
            client.delete(name)
            client.rpush(name, "another kind")
        client.delete(STATE)
        client.hset(STATE, mapping={"head": "999999999999:9", "body": b"\x00" * 99})
        for payload in ("nonsense", "reload", "", "default:9999999999:1", "x:1:99999999"):
            client.publish("trimtab", payload)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("broken", [killed, frozen, flushed, poisoned])
def test_redis__broken_in_this_way__changes_nothing_that_is_read_or_written(
    pair: Pair, broken: Callable[[Pair], None]
) -> None:
    pair.wait_until_kept()
    pair.holds_no_credential()
    usual = [node.usual_read_seconds() for node in pair.nodes]
    broken(pair)
    for node, seconds in zip(pair.nodes, usual, strict=True):
        assert node.usual_read_seconds() < seconds + BUDGET_SECONDS
    pair.everything_holds()
    pair.mend(broken)
    pair.everything_holds(1)


def test_redis__never_there__changes_nothing(postgres_server: PostgresServer) -> None:
    with running_pair(postgres_server.create_database(), "redis://127.0.0.1:1/0", None) as pair:
        pair.everything_holds()
