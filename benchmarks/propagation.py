"""Propagation: from the write being sent until the last of so many readers has it."""

import http.client
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from side_by_side import ours, unleash
from side_by_side.children import environment
from side_by_side.interpreters import ready_pythons
from side_by_side.page import write_page
from side_by_side.postgres import SAID, durable_postgres
from side_by_side.result import Result, at_most, number, own_version
from side_by_side.rounds import ROUNDS, percentile

READERS = {1: 5, 100: 15, 1000: 40}
WRITES = 20
POLLED = 4
_HERE = Path(__file__).parent / "side_by_side"
_KEY = {"op": "create", "key": "WATCHED", "environment": "base", "category": "bench"}
_ABOUT = f"""A durable write of one key, {WRITES} a round one after the other (the first {WRITES} do
not count), sent by a process of its own on an open connection; all readers are raw sockets in one
other process, on both cores with everything else. Measured from before the request is sent until
the last reader holds the event.
Trimtab: one process on {SAID}. "Without notifications": the writer's server and the readers' server
are two processes on one SQLite file, where no notification exists, so that only the poll of heads
is left. UnleashClient polls every 15 s, as it comes; {POLLED} flags turned at random moments."""
_WHERE = """the write's own transaction (five round trips to PostgreSQL, one of them the disk's, see
durable writes) comes before the first event; the rest is 1,000 sends and 1,000 receives in one
Python process on the same two cores."""
_values = itertools.count(1)


def main() -> None:
    """Measure, and write the page."""
    result = Result(
        "propagation", "Propagation, write sent → seen by all", _ABOUT, ROUNDS,
        ("ms", "p50", "p99", "max", "writes"), "milliseconds until the last one has it, p99",
        versions={"trimtab-server": own_version()}, where_time_goes=_WHERE,
    )  # fmt: skip
    with ExitStack() as up:
        postgres = up.enter_context(durable_postgres())
        _streams(result, postgres.create_database())
        _without_notifications(result)
        _unleash(result, postgres.create_database())
    result.save()
    print(write_page())


def _streams(result: Result, database: str) -> None:
    settings = {"TRIMTAB_DATABASE_URL": database, "TRIMTAB_MAX_STREAMS_PER_TOKEN": "2000"}
    with ours.running(settings, keys=[_KEY | {"type": "integer", "value": 0}]) as trimtab:
        for count, limit in READERS.items():
            with _watching(trimtab, count) as readers:
                for _ in range(WRITES):
                    _one_write(trimtab, readers)
                waits = [_one_write(trimtab, readers) for _ in range(ROUNDS * WRITES)]
            _row(result, f"Trimtab, {count:,} reader{'s' if count > 1 else ''}", waits)
            what = f"propagation p99, {count:,} reader{'s' if count > 1 else ''}"
            result.goals.append(at_most(what, percentile(waits, 0.99), limit, "ms"))


def _without_notifications(result: Result) -> None:
    with ExitStack() as up:
        folder = up.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        settings = {"TRIMTAB_DATA_DIR": folder}
        keys = [_KEY | {"type": "integer", "value": 0}]
        writer = up.enter_context(ours.running(settings, keys=keys))
        other = up.enter_context(ours.running(settings))
        with _watching(other, 1) as readers:
            waits = [_one_write(writer, readers) for _ in range(WRITES)]
    _row(result, "Trimtab, without notifications", waits)
    what = "propagation max, every notification dropped"
    result.goals.append(at_most(what, max(waits), 1500, "ms"))


def _unleash(result: Result, database: str) -> None:
    pythons = list(ready_pythons().values())
    why = unleash.missing() or ("" if pythons else "UnleashClient: run ./dev bench setup")
    if why:
        result.missing["Unleash"] = why
        return
    result.versions["Unleash"] = unleash.version()
    with unleash.running(database) as server:
        server.create(["watched"])
        place = "/api/admin/projects/default/features/watched/environments/development"
        command = [str(pythons[0]), str(_HERE / "polling.py"), server.child.url]
        waits = []
        with _child(command, server.backend) as said:
            for turn in range(POLLED):
                time.sleep(random.uniform(0, 5))  # somewhere between two polls
                sent = time.monotonic_ns()
                server.call("POST", f"{place}/{'on' if turn % 2 else 'off'}")
                waits.append((int(next(said).split()[1]) - sent) / 1e6)
    _row(result, "UnleashClient, 1 reader", waits)


@contextmanager
def _watching(trimtab: ours.Ours, count: int) -> Iterator[Iterator[str]]:
    command = [sys.executable, str(_HERE / "watching.py"), str(trimtab.child.port), str(count)]
    with _child(command, trimtab.token) as said:
        yield said


@contextmanager
def _child(command: Sequence[str], token: str) -> Iterator[Iterator[str]]:
    process = subprocess.Popen(
        command,
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{token}\n")
        process.stdin.flush()
        if process.stdout.readline().strip() != "ready":
            raise SystemExit("the readers did not start")
        yield iter(process.stdout)
    finally:
        process.kill()
        process.wait()


def _one_write(trimtab: ours.Ours, readers: Iterator[str]) -> float:
    """Milliseconds from sending the write until the last reader has it."""
    value = next(_values)
    connection = _connections.setdefault(
        trimtab.child.port, http.client.HTTPConnection("127.0.0.1", trimtab.child.port)
    )
    headers = {
        "Authorization": f"Bearer {trimtab.token}",
        "Content-Type": "application/json",
        "If-Match": "*",
    }
    sent = time.monotonic_ns()
    path = "/api/v1/config/WATCHED?environment=base"
    connection.request("PUT", path, json.dumps({"value": value}), headers)
    reply = connection.getresponse()
    reply.read()
    assert reply.status == 200, reply.status
    for line in readers:
        seen, at = map(int, line.split())
        if seen == value:
            return (at - sent) / 1e6
    raise SystemExit("the readers ended")


_connections: dict[int, http.client.HTTPConnection] = {}


def _row(result: Result, who: str, waits: Sequence[float]) -> None:
    p50, p99 = statistics.median(waits), percentile(waits, 0.99)
    figures = [number(p50), number(p99), number(max(waits)), str(len(waits))]
    result.rows.append([who, *figures])
    result.bars[who] = p99


if __name__ == "__main__":
    main()
