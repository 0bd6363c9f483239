"""Clients by what they were built from."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from trimtab.integrations.leases import Leases


class Bench:
    def __init__(self) -> None:
        self.built: list[str] = []
        self.closed: list[str] = []
        self.leases: Leases[str, str] = Leases(self.build, self.closed.append)

    def build(self, facts: str) -> str:
        if facts == "bad":
            raise ValueError(facts)
        self.built.append(facts)
        return facts


def test_using__same_facts__is_the_same_client_between_calls() -> None:
    bench = Bench()
    for _ in range(3):
        with bench.leases.using("a") as client:
            assert client == "a"
    assert (bench.built, bench.closed, bench.leases.open) == (["a"], [], 1)


def test_using__other_facts_while_a_call_runs__the_old_one_is_closed_when_it_ends() -> None:
    bench = Bench()
    with bench.leases.using("a"):
        with bench.leases.using("b"):
            pass
        assert (bench.closed, bench.leases.open) == ([], 2)
    assert (bench.closed, bench.leases.open) == (["a"], 1)


def test_using__facts_that_cannot_be_built__leaves_the_one_before_open() -> None:
    bench = Bench()
    with bench.leases.using("a"):
        pass
    with pytest.raises(ValueError, match="bad"), bench.leases.using("bad"):
        pass
    assert (bench.closed, bench.leases.open) == ([], 1)


def test_using__many_at_once__build_one() -> None:
    bench = Bench()
    together = threading.Barrier(8)

    def call() -> str:
        together.wait()
        with bench.leases.using("a") as client:
            return client

    with ThreadPoolExecutor(8) as pool:
        assert {one.result() for one in [pool.submit(call) for _ in range(8)]} == {"a"}
    assert bench.built == ["a"]


def test_close__while_a_call_runs__closes_when_it_ends_and_later_calls_clean_up() -> None:
    bench = Bench()
    with bench.leases.using("a"):
        bench.leases.close()
        assert bench.closed == []
    assert bench.closed == ["a"]
    with bench.leases.using("b"):
        pass
    assert (bench.closed, bench.leases.open) == (["a", "b"], 0)
