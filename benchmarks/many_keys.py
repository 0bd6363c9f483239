"""10,000 keys: building a snapshot of all of them, and what one change costs on both sides."""

import asyncio
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
from trimtab_server.delivery.snapshot import build_snapshot, changed_items, next_snapshot
from trimtab_server.infra.database import Database
from trimtab_server.kernel.keys import fold_key

KEYS = 10_000
_TIMES = 20
_ABOUT = f"""{KEYS:,} settings of five kinds, written through the API; then, in one process without
network or database, the functions that server and client themselves call; the median of {_TIMES}
times is a round. Full build: every item resolved and rendered, digest and body. One change: it is
rendered and put in its place, the digest moved on; on the server the body of the whole is joined as
well, in the client the event is read, checked against the digest, and put in force."""
_WHERE = """of a build, half is rendering the items, a third resolving them, the rest the digest
and the join; of a change in the client, copying the two dictionaries of 10,000 references of
which the new immutable set consists."""


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
    on_server, in_client, load = zip(*(_one_change(state) for _ in range(ROUNDS)), strict=True)
    for what, values, limit in (
        ("server: full build", builds, 40),
        ("server: one change", on_server, 5),
        ("client: one change", in_client, 0.2),
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


def _one_change(state: State) -> tuple[float, float, float]:
    """Milliseconds of one change on the server and in a client, and of the whole in a client."""
    before = build_snapshot(state, "base", EVERY_CATEGORY)
    key = sorted(state.settings.values(), key=lambda one: one.key)[KEYS // 2].key
    setting = state.find(key)
    assert setting is not None
    value = replace(setting.values["base"], text="0.75", version=2)
    after = state.with_setting(setting.with_value("base", value))
    folded = [fold_key(key)]

    def change() -> bytes:
        items = changed_items(after, "base", EVERY_CATEGORY, folded)
        return next_snapshot(before, before.touched + 1, items)[0].body

    items = changed_items(after, "base", EVERY_CATEGORY, folded)
    snapshot, differing = next_snapshot(before, before.touched + 1, items)
    (item,) = (one for one in differing.values() if one)
    event = (
        f'{{"environment":"base","prev":"{before.revision}","rev":"{snapshot.revision}",'
        f'"items":{{{item.member.decode()}}},"digest":"{snapshot.digest}"}}'
    )
    whole = read_snapshot(before.body)
    took = []
    for _ in range(_TIMES):
        store = Store()
        store.offer(whole, Source.SERVER)
        begun = time.perf_counter()
        delta = read_delta(event)
        store.offer(apply_delta(whole, delta), Source.SERVER, follows=whole, changed=delta.items)
        took.append((time.perf_counter() - begun) * 1e3)
        assert store.values[key] == 0.75
    load = _milliseconds(lambda: Store().offer(read_snapshot(before.body), Source.SERVER), 5)
    return _milliseconds(change), statistics.median(took), load


def _milliseconds(do: Callable[[], object], times: int = _TIMES) -> float:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        do()
        took.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(took)


if __name__ == "__main__":
    main()
