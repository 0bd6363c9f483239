"""What a reader that comes back is told it may hold otherwise."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.delivery.stream.window import Window

KEYS = st.sets(st.sampled_from("ABCDEF"))
STEPS = st.lists(st.tuples(st.integers(1, 3), KEYS), max_size=30)


@given(STEPS, st.integers(0, 100), st.integers(1, 40))
def test_keys_since__any_revision__are_all_that_were_touched_or_none(
    steps: list[tuple[int, set[str]]], since: int, most: int
) -> None:
    window, now, log = Window(10, most_revisions=most), 10, []
    for forward, keys in steps:
        now += forward
        window.append(now, sorted(keys))
        log.append((now, keys))
    floor = 10 if len(log) <= most else log[-most - 1][0]
    expected = {key for then, keys in log if then > since for key in keys}
    assert window.keys_since(since) == (expected if floor <= since <= now else None)


def test_window__of_bulk_changes__is_bounded_by_bytes_and_by_what_it_really_takes() -> None:
    keys = [f"KEY_{n}" for n in range(1_000)]
    tracemalloc.start()
    window = Window(0, most_bytes=2**20)
    for revision in range(1, 5_000):
        window.append(revision, keys if revision % 2 else keys[:1])
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1.3 * 2**20
    assert window.keys_since(window.floor) == set(keys)
    assert window.keys_since(window.floor - 1) is None


def test_window__of_ordinary_changes__remembers_ten_thousand() -> None:
    window = Window(0)
    for revision in range(1, 15_001):
        window.append(revision, ["KEY"])
    assert window.keys_since(5_000) == {"KEY"}
