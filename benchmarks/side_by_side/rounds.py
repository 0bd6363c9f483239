"""Interleaved rounds: everybody runs in each, so that a machine's mood falls on all of them."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))  # fewer for a quick look


def interleaved(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """What each contestant measured in each round; every second round runs in reverse order."""
    measured: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(rounds):
        order = list(contestants.items())
        for name, measure in order if number % 2 == 0 else reversed(order):
            measured[name].append(measure())
    return measured


def median_ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """The median over the rounds of ours divided by the peer's of the same round."""
    return statistics.median(one / other for one, other in zip(ours, peer, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    at = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(at, 1) - 1]
