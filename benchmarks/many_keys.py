"""10,000 keys: building a snapshot of all of them, and what one change costs on both sides."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from side_by_side import ours
from side_by_side.page import write_page
from side_by_side.result import Goal, Result, at_most, own_version, spread
from side_by_side.rounds import ROUNDS

from trimtab.snapshot import apply_delta, read_delta, read_snapshot
from trimtab.store import Source, Store
from trimtab_server.access.categories import EVERY_CATEGORY
from trimtab_server.config.read import load_state
from trimtab_server.config.state import State
from trimtab_server.delivery.snapshot import (
    Snapshot,
    build_snapshot,
    changed_items,
    next_snapshot,
)
from trimtab_server.infra.database import Database
from trimtab_server.kernel.keys import fold_key

KEYS = 10_000
_TIMES = 20
_CHANGES = 200
_NEW = {"number": "0.75", "integer": "31", "boolean": "false", "string": '"another"'}
_ABOUT = f"""{KEYS:,} settings of five kinds, written through the API; then, in one process without
network or database, the functions that server and client themselves call; the median of {_TIMES}
times is a round. Full build: every item resolved and rendered, digest and body. One change: it is
rendered and put in its place, the digest moved on; on the server the body of the whole is joined as
well, in the client the event is read, checked against the digest, and put in force. The client
follows {_CHANGES} changes, one after the other and each of another key; the slowest of them is the
one at which it copies the whole set, which is every 65th. In the last row but one each change is
the first after all 10,000 were read, which leaves neither caches nor garbage collector in order."""
_WHERE = """of a build, half is rendering the items, a quarter resolving them, the rest the
digest and the join; of a change in the client, copying the dictionary of 10,000 values that the
new immutable set consists of."""


def main() -> None:
    """Measure, and write the page."""
    result = Result(
        "many_keys", "10,000 keys", _ABOUT, ROUNDS, ("ms", "median"), "milliseconds",
        versions={"trimtab-server": own_version()}, where_time_goes=_WHERE,
    )  # fmt: skip
    state = asyncio.run(_state())
    builds = [
        _milliseconds(lambda: build_snapshot(state, "base", EVERY_CATEGORY).body)
        for _ in range(ROUNDS)
    ]
    sides = [_one_change(state) for _ in range(ROUNDS)]
    on_server, in_client, slowest, anew, load = zip(*sides, strict=True)
    for what, values, limit in (
        ("server: full build", builds, 40),
        ("server: one change", on_server, 5),
        ("client: one change", in_client, 0.2),
        ("client: one change, the slowest", slowest, None),
        ("client: one change after a load", anew, None),
        ("client: the whole read and put in force", load, None),
    ):
        result.rows.append([what, spread(values)])
        result.bars[f"Trimtab, {what}"] = statistics.median(values)
        if limit is not None:
            result.goals.append(_goal(what, values, limit))
    result.save()
    print(write_page())


def _goal(what: str, values: tuple[float, ...] | list[float], limit: float) -> Goal:
    return at_most(f"10,000 keys, {what}", statistics.median(values), limit, "ms")


async def _state() -> State:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        with ours.running({"TRIMTAB_DATA_DIR": folder}, keys=ours.sample(KEYS)):
            pass
        database = Database(f"sqlite:///{Path(folder) / 'trimtab.sqlite3'}")
        async with database.read() as connection:
            state = await load_state(connection, "default", "base", EVERY_CATEGORY)
        await database.dispose()
    return state


def _one_change(state: State) -> tuple[float, float, float, float, float]:
    """Milliseconds of one change on the server; in a client in a row, the slowest of the row and
    after a load; and of the load."""
    before = build_snapshot(state, "base", EVERY_CATEGORY)
    keys = random.Random(_TIMES).sample(list(before.items), _CHANGES)

    after = _written(state, keys[0])
    event = _step(after, before, keys[0])[1]

    def change() -> bytes:
        return _step(after, before, keys[0])[0].body

    whole = read_snapshot(before.body)
    anew = []
    for _ in range(_TIMES):
        store = Store()
        store.offer(whole, Source.SERVER)
        anew.append(_follow(store, event))
    store = Store()
    store.offer(whole, Source.SERVER)
    row = []
    snapshot = before
    for key in keys:
        state = _written(state, key)
        snapshot, event = _step(state, snapshot, key)
        row.append(_follow(store, event))
    assert store.state.snapshot is not None
    assert store.state.snapshot.digest == snapshot.digest
    load = _milliseconds(lambda: Store().offer(read_snapshot(before.body), Source.SERVER), 5)
    return _milliseconds(change), statistics.median(row), max(row), statistics.median(anew), load


def _written(state: State, key: str) -> State:
    """The state with a new text for the key."""
    setting = state.find(key)
    assert setting is not None
    row = replace(setting.values["base"], text=_NEW[setting.definition.type], version=2)
    return state.with_setting(setting.with_value("base", row))


def _step(after: State, before: Snapshot, key: str) -> tuple[Snapshot, str]:
    """The snapshot of the state in which this key is another, and the event that is sent of it."""
    items = changed_items(after, "base", EVERY_CATEGORY, [fold_key(key)])
    snapshot, differing = next_snapshot(before, before.touched + 1, items)
    (item,) = (one for one in differing.values() if one)
    event = (
        f'{{"environment":"base","prev":"{before.revision}","rev":"{snapshot.revision}",'
        f'"items":{{{item.member.decode()}}},"digest":"{snapshot.digest}"}}'
    )
    return snapshot, event


def _follow(store: Store, event: str) -> float:
    """Milliseconds from the event's text to the set in force."""
    held = store.state.snapshot
    assert held is not None
    begun = time.perf_counter()
    delta = read_delta(event)
    took = store.offer(apply_delta(held, delta), Source.SERVER, follows=held, changed=delta.items)
    ended = time.perf_counter()
    assert took
    return (ended - begun) * 1e3


def _milliseconds(do: Callable[[], object], times: int = _TIMES) -> float:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        do()
        took.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(took)


if __name__ == "__main__":
    main()
