"""A thousand streams on a server that is killed, some of whose readers stand still."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api_driver import CONFIG
from api_driver.process import run_server_command
from faults.fleet import Follower, running_crowds
from faults.follower import FIRST
from faults.node import Node, running_nodes

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
MOVING, STOPPED, KILLS, PAUSE_SECONDS = (900, 100, 6, 10.0) if LONG else (50, 10, 1, 0.0)
MEMORY_MIB = 100.0
WRITES_WHILE_STOPPED = 2000 if LONG else 100


@pytest.fixture
def token() -> list[str]:
    return []


@pytest.fixture
def node(postgres_url: str, tmp_path: Path, token: list[str]) -> Iterator[Node]:
    settings = {
        "TRIMTAB_DATABASE_URL": postgres_url,
        "TRIMTAB_DATA_DIR": str(tmp_path),
        "TRIMTAB_MAX_STREAMS_PER_TOKEN": "2000",
        "TRIMTAB_MAX_STREAMS": "2000",
    }
    run_server_command(settings, "database", "upgrade")
    made = run_server_command(settings, "token", "create", "--name", "crowd", "--admin")
    token.append(next(word for word in made.split() if word.startswith("tt_")))
    with running_nodes(1, settings, tmp_path) as nodes:
        body = {"key": FIRST, "environment": "base", "type": "integer", "value": 0}
        assert _post(nodes[0], token[0], "", body | {"category": "crowd"}) == 201
        yield nodes[0]


def _post(node: Node, token: str, path: str, body: dict[str, object]) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    reply = httpx2.post(f"{node.url}{CONFIG}{path}", headers=headers, json=body, timeout=20)
    return reply.status_code


def write(node: Node, token: str, number: int) -> None:
    items = [{"key": FIRST, "environment": "base", "value": number}]
    assert _post(node, token, "/bulk", {"items": items}) == 200


def all_at(crowd: Follower, number: int, count: int) -> None:
    assert crowd.report(f"wait {number}")["values"] == {str(number): count}


def resident_mib(node: Node) -> float:
    for line in Path(f"/proc/{node.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no such process")


@pytest.mark.timeout(900)
def test_crowd__server_killed_again_and_again__no_final_state_is_missed(
    node: Node, token: list[str], tmp_path: Path
) -> None:
    count = MOVING + STOPPED
    with running_crowds([count], node.url, token[0], tmp_path) as (crowd,):
        for number in range(1, KILLS + 1):
            write(node, token[0], number)
            node.kill()
            node.start()
            write(node, token[0], number * 1000)
            all_at(crowd, number * 1000, count)
            time.sleep(PAUSE_SECONDS)  # the fault's own rhythm, in the long form


@pytest.mark.timeout(600)
def test_crowd__some_readers_stopped__others_are_unaffected_and_memory_is_bounded(
    node: Node, token: list[str], tmp_path: Path
) -> None:
    with running_crowds([MOVING, STOPPED], node.url, token[0], tmp_path) as (moving, stopped):
        write(node, token[0], 1)
        all_at(moving, 1, MOVING)
        all_at(stopped, 1, STOPPED)
        before = resident_mib(node)
        stopped.signal(signal.SIGSTOP)
        for number in range(2, WRITES_WHILE_STOPPED):
            write(node, token[0], number)
        all_at(moving, WRITES_WHILE_STOPPED - 1, MOVING)
        assert resident_mib(node) - before < MEMORY_MIB
        stopped.signal(signal.SIGCONT)
        all_at(stopped, WRITES_WHILE_STOPPED - 1, STOPPED)
