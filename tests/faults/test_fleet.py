"""Several servers and applications, while Redis and PostgreSQL go and come back."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from api_driver import CONFIG
from api_driver.process import run_server_command
from faults import Stoppable, stoppable_postgres, stoppable_valkey
from faults.fleet import Follower, running_followers
from faults.follower import FIRST, SECOND
from faults.node import Node, running_nodes

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
NODES, FOLLOWERS, WRITES = (3, 8, 1000) if LONG else (3, 3, 150)
RECOVERED_SECONDS = 1.0


@dataclass
class Fleet:
    """What runs: stores, servers, and a token for all of them."""

    postgres: Stoppable
    valkey: Stoppable
    nodes: list[Node]
    token: str
    last: int = 0
    revision: str = ""

    def write(self, number: int, node: Node, *, timeout: float = 10.0) -> int:
        """Write both keys in one change; the status, or 0 where no answer came."""
        items = [{"key": key, "environment": "base", "value": number} for key in (FIRST, SECOND)]
        try:
            reply = httpx2.post(
                f"{node.url}{CONFIG}/bulk",
                headers={"Authorization": f"Bearer {self.token}"},
                json={"items": items},
                timeout=timeout,
            )
        except httpx2.HTTPError:
            return 0
        if reply.is_success:
            self.last, self.revision = number, reply.headers["Trimtab-Revision"]
        return reply.status_code


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with stoppable_postgres() as postgres, stoppable_valkey() as valkey:
        settings = {
            "TRIMTAB_DATABASE_URL": postgres.url,
            "TRIMTAB_REDIS_URL": valkey.url,
            "TRIMTAB_DATA_DIR": str(tmp_path),
        }
        run_server_command(settings, "database", "upgrade")
        made = run_server_command(settings, "token", "create", "--name", "fleet", "--admin")
        token = next(word for word in made.split() if word.startswith("tt_"))
        with running_nodes(NODES, settings, tmp_path) as nodes:
            fleet = Fleet(postgres, valkey, nodes, token)
            _create(fleet)
            yield fleet


def _create(fleet: Fleet) -> None:
    for key in (FIRST, SECOND):
        body = {"key": key, "environment": "base", "type": "integer", "value": 0}
        reply = httpx2.post(
            f"{fleet.nodes[0].url}{CONFIG}",
            headers={"Authorization": f"Bearer {fleet.token}"},
            json=body | {"category": "fleet"},
            timeout=10,
        )
        assert reply.status_code == 201, reply.text


def urls(fleet: Fleet, count: int) -> list[str]:
    return [fleet.nodes[number % len(fleet.nodes)].url for number in range(count)]


def settled(fleet: Fleet, followers: list[Follower]) -> float:
    """Seconds until the slowest follower serves the last write."""
    started = time.monotonic()
    for follower in followers:
        follower.ask(f"wait {fleet.last}")
    reports = [follower.answer() for follower in followers]
    took = time.monotonic() - started
    assert [one["value"] for one in reports] == [fleet.last] * len(reports), reports
    return took


@pytest.mark.timeout(600)
def test_fleet__stores_stopped_and_started__never_goes_back_nor_mixes_and_converges(
    fleet: Fleet, tmp_path: Path
) -> None:
    with running_followers(urls(fleet, FOLLOWERS), fleet.token, tmp_path) as followers:
        statuses = []
        for number in range(1, WRITES + 1):
            if number == WRITES // 5:
                fleet.valkey.stop()
            if number == 2 * WRITES // 5:
                fleet.valkey.start()
            if number == 3 * WRITES // 5:
                fleet.postgres.stop()
            statuses.append(fleet.write(number, fleet.nodes[number % NODES]))
            if number == 3 * WRITES // 5 + 5:
                fleet.postgres.start()
                recovered = time.monotonic()
                while fleet.write(number, fleet.nodes[number % NODES]) != 200:
                    assert time.monotonic() - recovered < 10
                assert settled(fleet, followers) <= RECOVERED_SECONDS
        assert settled(fleet, followers) <= RECOVERED_SECONDS
        reports = [follower.report() for follower in followers]
    assert set(statuses) <= {200, 503}, statuses
    assert statuses.count(503) <= 5 + NODES
    assert [one["violations"] for one in reports] == [[]] * FOLLOWERS
    assert all(one["looks"] > WRITES / 10 for one in reports), reports
    assert {one["revision"] for one in reports} == {fleet.revision}


@pytest.mark.timeout(300)
def test_fleet__both_stores_away__reads_go_on_with_their_age_and_writes_are_503(
    fleet: Fleet, tmp_path: Path
) -> None:
    assert fleet.write(7, fleet.nodes[0]) == 200
    with running_followers(urls(fleet, NODES), fleet.token, tmp_path) as followers:
        settled(fleet, followers)
        for node in fleet.nodes:
            _read(fleet, node)  # the token is known there
        fleet.postgres.stop()
        fleet.valkey.stop()
        before = [follower.report() for follower in followers]
        ages = [_read(fleet, node) for node in fleet.nodes * 100]
        assert max(ages) > min(ages) > 0
        assert [fleet.write(8, node) for node in fleet.nodes] == [503] * NODES
        for node in fleet.nodes:
            ready = httpx2.get(f"{node.url}/readyz", timeout=10)
            assert (ready.status_code, ready.json()["status"]) == (200, "read-only")
            assert _answer(fleet, node, strong="true").status_code == 503
        reports = [follower.report() for follower in followers]
        assert [(one["value"], one["violations"]) for one in reports] == [(7, [])] * NODES
        for one, was in zip(reports, before, strict=True):
            assert one["looks"] > was["looks"]
            assert one["age"] is not None
        fleet.valkey.start()
        fleet.postgres.start()
        deadline = time.monotonic() + 10
        while fleet.write(9, fleet.nodes[1]) != 200:
            assert time.monotonic() < deadline
        assert settled(fleet, followers) <= RECOVERED_SECONDS


def _read(fleet: Fleet, node: Node) -> float:
    reply = _answer(fleet, node)
    assert reply.status_code == 200, reply.text
    assert reply.json()["value"] == 7
    return float(reply.headers["Trimtab-Age-Ms"])


def _answer(fleet: Fleet, node: Node, **query: str) -> httpx2.Response:
    return httpx2.get(
        f"{node.url}{CONFIG}/{FIRST}",
        params={"environment": "prod", **query},
        headers={"Authorization": f"Bearer {fleet.token}"},
        timeout=10,
    )
