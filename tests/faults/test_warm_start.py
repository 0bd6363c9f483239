"""A server that starts while PostgreSQL is away: it reads what the others kept in Redis."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis

from api_driver import CONFIG
from api_driver.process import run_server_command
from faults import Stoppable, stoppable_postgres, stoppable_valkey
from faults.node import Node
from real_servers.postgres import PostgresServer

SNAPSHOT = "/api/v1/snapshot"
LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
KEPT_WITHIN_SECONDS = 10.0


@dataclass
class Pair:
    """A server that runs, one that is to start, and an administrator whom the first one knows."""

    postgres: Stoppable
    valkey: Stoppable
    settings: dict[str, str]
    first: Node
    second: Node
    token: str
    stranger: str

    def get(self, node: Node, path: str, token: str | None = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        query = {} if path == "/readyz" else {"environment": "dev"}
        return httpx2.get(f"{node.url}{path}", headers=headers, params=query, timeout=20)

    def put(self, node: Node, value: int) -> httpx2.Response:
        return httpx2.put(
            f"{node.url}{CONFIG}/TURNS",
            params={"environment": "base"},
            headers={"Authorization": f"Bearer {self.token}", "If-Match": "*"},
            json={"value": value},
            timeout=20,
        )


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("warm")
    with stoppable_postgres() as postgres, stoppable_valkey() as valkey:
        settings = {
            "TRIMTAB_DATABASE_URL": postgres.url,
            "TRIMTAB_REDIS_URL": valkey.url,
            "TRIMTAB_REDIS_KEY": "0123456789abcdef" * 2,
            "TRIMTAB_DATA_DIR": str(folder),
        }
        run_server_command(settings, "database", "upgrade")
        known, stranger = (_token(settings, name) for name in ("known", "stranger"))
        first, second = (Node(settings, folder / f"{name}.log") for name in ("first", "second"))
        try:
            first.start()
            pair = Pair(postgres, valkey, settings, first, second, known, stranger)
            body = {"key": "TURNS", "type": "integer", "environment": "base", "category": "c"}
            headers = {"Authorization": f"Bearer {known}"}
            made = httpx2.post(
                f"{first.url}{CONFIG}", headers=headers, json=body | {"value": 1}, timeout=20
            )
            assert made.status_code == 201, made.text
            yield pair
        finally:
            first.kill()
            second.kill()


def _token(settings: dict[str, str], name: str) -> str:
    said = run_server_command(settings, "token", "create", "--name", name, "--admin")
    return next(word for word in said.split() if word.startswith("tt_"))


def until(holds: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What it says once it holds."""
    deadline = time.monotonic() + seconds
    while not (said := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("away", ["stopped", "frozen"] if LONG else ["stopped"])
def test_start__database_away__reads_what_is_kept_says_so_and_recovers_by_itself(
    pair: Pair, away: str
) -> None:
    value = {"stopped": 2, "frozen": 3}[away]
    assert pair.put(pair.first, value).status_code == 200
    before = pair.get(pair.first, SNAPSHOT)
    until(lambda: _is_kept(pair, before), KEPT_WITHIN_SECONDS)
    (pair.postgres.stop if away == "stopped" else pair.postgres.freeze)()
    pair.second.start()
    until(lambda: pair.get(pair.second, "/readyz").status_code == 200)
    assert pair.get(pair.second, "/readyz").json()["status"] == "read-only"
    until(lambda: pair.get(pair.second, SNAPSHOT).status_code == 200)
    reads = [pair.get(pair.second, path) for path in (SNAPSHOT, f"{CONFIG}/TURNS", SNAPSHOT)]
    assert [one.status_code for one in reads] == [200, 200, 200]
    assert {one.headers["Trimtab-Source"] for one in reads} == {"lkg"}
    assert reads[0].content == before.content
    assert reads[1].json()["value"] == value
    assert int(reads[2].headers["Trimtab-Age-Ms"]) > int(reads[0].headers["Trimtab-Age-Ms"]) > 0
    assert pair.get(pair.second, SNAPSHOT, pair.stranger).status_code == 503
    assert pair.put(pair.second, 9).status_code == 503
    (pair.postgres.start if away == "stopped" else pair.postgres.thaw)()
    until(lambda: pair.put(pair.second, value).status_code == 200)
    again = until(lambda: _from_memory(pair))
    epoch, _, revision = again.headers["Trimtab-Revision"].partition(".")
    was = before.headers["Trimtab-Revision"].partition(".")
    assert (epoch, int(revision)) >= (was[0], int(was[2]))
    assert epoch == was[0]
    assert pair.get(pair.second, SNAPSHOT, pair.stranger).status_code == 200
    pair.second.kill()


@pytest.mark.timeout(300)
@pytest.mark.skipif(not LONG, reason="TRIMTAB_LONG_TESTS=1")
def test_start__both_away__says_so_and_recovers_by_itself(pair: Pair) -> None:
    pair.postgres.stop()
    pair.valkey.stop()
    pair.second.start()
    assert pair.get(pair.second, "/livez").status_code == 200
    for path in ("/readyz", SNAPSHOT):
        refused = pair.get(pair.second, path)
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
    pair.valkey.start()
    pair.postgres.start()
    until(lambda: pair.get(pair.second, SNAPSHOT).status_code == 200)
    assert pair.get(pair.second, "/readyz").json()["status"] == "ready"
    pair.second.kill()


def _is_kept(pair: Pair, answer: httpx2.Response) -> bool:
    with redis.Redis.from_url(pair.valkey.url) as client:
        head = client.hget("trimtab:state:default", "head") or b""
        proofs = list(client.scan_iter("trimtab:proof:*"))
    return head.decode().replace(":", ".") == answer.headers["Trimtab-Revision"] and bool(proofs)


def _from_memory(pair: Pair) -> httpx2.Response | None:
    said = pair.get(pair.second, SNAPSHOT)
    return said if said.headers["Trimtab-Source"] == "snapshot" else None


@pytest.mark.timeout(300)
def test_start__database_that_comes_back_with_another_schema__ends_and_says_what_to_run(
    pair: Pair,
) -> None:
    store = PostgresServer(pair.postgres.url)
    store.execute("UPDATE alembic_version SET version_num = version_num || 'x'")
    pair.postgres.stop()
    other = Node(pair.settings, pair.second.log.with_name("other.log"))
    try:
        other.start()
        pair.postgres.start()
        assert other.wait() == 1
    finally:
        other.kill()
        store.execute("UPDATE alembic_version SET version_num = rtrim(version_num, 'x')")
    assert "run `trimtab-server database upgrade`" in other.log.read_text()


def test_start__database_away_and_no_key__does_not_start(tmp_path: Path) -> None:
    nobody = "127.0.0.1:1"
    given = {
        "TRIMTAB_DATABASE_URL": f"postgresql://postgres@{nobody}/none",
        "TRIMTAB_REDIS_URL": f"redis://{nobody}/0",
        "TRIMTAB_DATA_DIR": str(tmp_path),
    }
    node = Node(given, tmp_path / "keyless.log")
    node.start(wait=False)
    assert node.wait() == 1
    assert "the database does not answer" in node.log.read_text()
