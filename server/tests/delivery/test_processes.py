"""Two real server processes on one database: each sees soon what the other wrote.

On PostgreSQL they tell each other. On SQLite nobody can: that is what is left when every
notification is lost.
"""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from api_driver import Process, Store, run_server_command, serving_process
from trimtab_server.infra.database import Database

CONFIG, SNAPSHOT = "/api/v1/config", "/api/v1/snapshot"
WITHOUT_NOTIFICATIONS_SECONDS = 1.5


class Pair:
    """Two servers, and an administrator of both."""

    def __init__(self, servers: list[Process], settings: dict[str, str], token: str) -> None:
        self.settings, self.processes = settings, servers
        self.clients = [
            httpx2.Client(
                base_url=one.url,
                headers={"Authorization": f"Bearer {token}", "If-Match": "*"},
                timeout=20,
                trust_env=False,
            )
            for one in servers
        ]

    def close(self) -> None:
        for one in self.clients:
            one.close()


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
        settings = {"TRIMTAB_DATABASE_URL": url}
    else:
        folder = tmp_path_factory.mktemp("pair")
        url = f"sqlite:///{folder / 'trimtab.sqlite3'}"
        settings = {"TRIMTAB_DATA_DIR": str(folder)}
    token = asyncio.run(prepared(url))
    with ExitStack() as stack:
        servers = [stack.enter_context(serving_process(settings)) for _ in range(2)]
        pair = Pair(servers, settings, token)
        stack.callback(pair.close)
        created = {"key": "TURNS", "type": "integer", "environment": "base", "value": 0}
        assert pair.clients[0].post(CONFIG, json=created).status_code == 201
        yield pair


async def prepared(url: str) -> str:
    store = Store(Database(url))
    await store.prepare()
    token = await store.issue_admin("operator")
    await store.database.dispose()
    return token


def write(client: httpx2.Client, value: int) -> str:
    answer = client.put(f"{CONFIG}/TURNS?environment=base", json={"value": value})
    assert answer.status_code == 200, answer.text
    revision: str = answer.json()["revision"]
    return revision


def read(client: httpx2.Client) -> Any:
    return client.get(f"{SNAPSHOT}?environment=dev").json()["items"].get("TURNS", {}).get("value")


def test_e4__written_through_one_process__is_read_from_the_other_within_the_bound(
    pair: Pair,
) -> None:
    lags = []
    for value in range(1, 9):
        writer, reader = pair.clients[:: 1 if value % 2 else -1]
        write(writer, value)
        since = time.monotonic()
        while read(reader) != value:
            assert time.monotonic() - since < WITHOUT_NOTIFICATIONS_SECONDS
        lags.append(time.monotonic() - since)
        assert read(writer) == value
    if "TRIMTAB_DATABASE_URL" in pair.settings:
        assert statistics.median(lags) < 0.3, f"notifications arrive: {lags}"


def test_e21__both_processes_while_both_write__never_mix_revisions_nor_go_back(
    pair: Pair,
) -> None:
    for key in ("LEFT", "RIGHT"):
        body = {"key": key, "type": "integer", "environment": "base", "value": 0}
        assert pair.clients[0].post(CONFIG, json=body).status_code == 201
    stop, failures = threading.Event(), list[str]()

    def watch(client: httpx2.Client) -> None:
        last = (0, 0)
        while not stop.is_set():
            body = client.get(f"{SNAPSHOT}?environment=dev").json()
            items = body["items"]
            if "RIGHT" in items and items["LEFT"]["value"] != items["RIGHT"]["value"]:
                failures.append(f"mixed: {body}")
            epoch, _, touched = body["revision"].partition(".")
            if (int(epoch), int(touched)) < last:
                failures.append(f"went back: {body['revision']} after {last}")
            last = (int(epoch), int(touched))

    watchers = [threading.Thread(target=watch, args=(one,)) for one in pair.clients]
    for one in watchers:
        one.start()
    for value in range(1, 25):
        items = [{"key": key, "environment": "base", "value": value} for key in ("LEFT", "RIGHT")]
        done = pair.clients[value % 2].post(f"{CONFIG}/bulk", json={"items": items})
        assert done.status_code == 200, done.text
    stop.set()
    for one in watchers:
        one.join()
    assert failures == []


def test_reload__asked_of_one_process__reaches_both_and_names_what_each_holds(
    pair: Pair,
) -> None:
    revision = write(pair.clients[0], 5)
    answer = pair.clients[1].post(f"{CONFIG}/reload").json()
    assert [one["revision"] for one in answer["nodes"]] == [revision, revision]
    assert len({one["node"] for one in answer["nodes"]}) == 2
    assert read(pair.clients[0]) == read(pair.clients[1]) == 5


def test_new_epoch__by_command__is_served_by_both_and_readers_begin_anew(pair: Pair) -> None:
    tag = pair.clients[0].get(f"{SNAPSHOT}?environment=dev").headers["etag"]
    said = run_server_command(pair.settings, "database", "new-epoch")
    assert "default" in said
    since = time.monotonic()
    for client in pair.clients:
        known = {"If-None-Match": tag}
        while client.get(f"{SNAPSHOT}?environment=dev", headers=known).status_code != 200:
            assert time.monotonic() - since < WITHOUT_NOTIFICATIONS_SECONDS + 0.5
    write(pair.clients[0], 9)
    assert read(pair.clients[0]) == 9
