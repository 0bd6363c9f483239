"""What the benchmarks say is counted right; the measuring itself is for `./dev bench`."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from side_by_side.page import page
from side_by_side.result import Result, at_least, at_most, spread
from side_by_side.rounds import interleaved, median_ratio, percentile


def test_rounds__two_contestants__take_turns_and_every_second_round_the_other_way() -> None:
    order: list[str] = []
    contestants = {name: lambda name=name: order.append(name) for name in ("one", "other")}
    measured = interleaved(contestants, 3)
    assert order == ["one", "other", "other", "one", "one", "other"]
    assert {name: len(rounds) for name, rounds in measured.items()} == {"one": 3, "other": 3}


def test_ratio__a_round_in_which_the_machine_was_slow__counts_as_that_rounds_ratio() -> None:
    assert median_ratio([10, 1, 10], [5, 0.5, 5]) == 2
    assert [percentile(range(1, 101), share) for share in (0, 0.5, 0.99, 1)] == [1, 50, 99, 100]
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_page__goal_missed_and_peer_missing__says_both() -> None:
    result = Result("writes", "Durable writes", "About.", 3, ("writes/s", "1 writer"), "writes")
    result.rows = [["Trimtab", spread([3.0, 1.0, 2.0])]]
    result.goals = [at_least("fast enough", 1.25, 1.3), at_most("small enough", 0.37, 0.4)]
    result.missing = {"Unleash": "not installed"}
    result.where_time_goes = "the disk."
    text = page([result])
    assert "| Trimtab | 2.00 (1.00-3.00) |" in text
    assert "| fast enough | 1.25 × | ≥ 1.3 × | **MISSED** |" in text
    assert "| small enough | 0.37 × | ≤ 0.4 × | met |" in text
    assert "MISSED: fast enough. Where the time goes: the disk." in text
    assert "MISSING: Unleash: not installed." in text
