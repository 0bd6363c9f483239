"""Bounds, lengths and units that comments state, in many wordings."""

from dataclasses import asdict
from typing import Any

import pytest

from trimtab.migrate.comment_bounds import stated_bounds
from trimtab.migrate.comment_unit import stated_unit


def stated(comment: str, unit: str = "") -> dict[str, Any]:
    found = asdict(stated_bounds(comment, unit))
    return {
        name: bound for name, bound in found.items() if bound is not None and bound is not False
    }


@pytest.mark.parametrize(
    ("comment", "low", "high"),
    [
        ("Requests at once (1-10)", 1, 10),
        ("Requests at once (1 - 10).", 1, 10),
        ("Must be between 1 and 10.", 1, 10),
        ("between 1 and 10 (inclusive)", 1, 10),
        ("from 1 to 5 stars", 1, 5),
        ("Range: 30000-300000 ms", 30000, 300000),
        ("Allowed: 100..10000", 100, 10000),
        ("valid range is 0 to 3600000", 0, 3600000),
        ("Valid values: 1-12", 1, 12),
        ("Acceptable values: 1 to 10", 1, 10),
        ("milliseconds (100-10,000)", 100, 10000),
        ("Sampling temperature, 0.0 to 2.0", 0, 2),
        ("How much is kept: 0.0 to 1.0", 0, 1),
        ("0.5-1.5", 0.5, 1.5),
        ("0-100", 0, 100),
        ("share from 0% to 100%", 0, 100),
        ("a value in [1, 16]", 1, 16),
        ("1 <= n <= 5", 1, 5),
        ("min 1, max 1000", 1, 1000),
        ("(min: 1, max: 1000)", 1, 1000),
        ("min=100 max=10000", 100, 10000),
        ("Minimum value 1 and maximum value 10", 1, 10),
        ("at least 2, at most 9", 2, 9),
        ("no lower than 5 and no higher than 50", 5, 50),
        ("an integer 1-65535", 1, 65535),
        ("between -5 and 5", -5, 5),
    ],
)
def test_stated_bounds__two_sides__are_both_found(comment: str, low: float, high: float) -> None:
    assert stated(comment) == {"min": low, "max": high}


@pytest.mark.parametrize(
    ("comment", "bounds"),
    [
        ("min 1", {"min": 1}),
        ("Clamped to a minimum of 1. Default: 50.", {"min": 1}),
        ("at least 3 replicas", {"min": 3}),
        (">= 1", {"min": 1}),
        ("1 or more", {"min": 1}),
        ("must not be below 10", {"min": 10}),
        ("non-negative", {"min": 0}),
        ("max: 5", {"max": 5}),
        ("no more than 20", {"max": 20}),
        ("Values are capped at 1000", {"max": 1000}),
        ("Must not exceed 64", {"max": 64}),
        ("cannot exceed 64", {"max": 64}),
        ("9 or less", {"max": 9}),
        ("must be greater than 0", {"exclusive_min": 0}),
        ("must be > 0 and < 1", {"exclusive_min": 0, "exclusive_max": 1}),
        ("0 < n <= 1", {"exclusive_min": 0, "max": 1}),
        ("a positive integer", {"positive": True}),
        ("minimum 8 characters", {"min_length": 8}),
        ("max 255 chars", {"max_length": 255}),
        ("between 3 and 32 characters", {"min_length": 3, "max_length": 32}),
        ("must not be empty", {"min_length": 1}),
        ("cannot be blank", {"min_length": 1}),
        ("non-empty name of the project", {"min_length": 1}),
    ],
)
def test_stated_bounds__one_side__is_found(comment: str, bounds: dict[str, Any]) -> None:
    assert stated(comment) == bounds


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "Number of retries, up to 3 times by default",
        "See the notes of 2024-10-12",
        "starts in 2-3 minutes",
        "answers 400-499 are tried again",
        "between 10 and 1",
        "Set to 0 to disable",
        "Set to -1 for no limit",
        "Default: 5",
        "RFC 2616",
    ],
)
def test_stated_bounds__other_numbers__are_none(comment: str) -> None:
    assert stated(comment) == {}


@pytest.mark.parametrize(
    ("comment", "unit", "bounds"),
    [
        ("at least 30 seconds", "milliseconds", {"min": 30000}),
        ("at most 2 hours", "minutes", {"max": 120}),
        ("at least 500 ms", "seconds", {"min": 0.5}),
        ("at least 30 seconds", "", {"min": 30}),
    ],
)
def test_stated_bounds__other_unit__is_converted_to_that_of_the_key(
    comment: str, unit: str, bounds: dict[str, Any]
) -> None:
    assert stated(comment, unit) == bounds


def test_stated_bounds__endless_comment__is_cut_off() -> None:
    assert stated("1 - " * 500_000) == {}


@pytest.mark.parametrize(
    ("comment", "words", "unit"),
    [
        ("", ("delay", "ms"), "milliseconds"),
        ("", ("ttl", "days"), "days"),
        ("Timeout in milliseconds", (), "milliseconds"),
        ("Timeout (ms)", (), "milliseconds"),
        ("seconds", (), "seconds"),
        ("How many minutes a session lasts", (), "minutes"),
        ("How many minutes a session lasts", ("in", "seconds"), "seconds"),
        ("The model that answers", (), ""),
    ],
)
def test_stated_unit__name_before_comment(comment: str, words: tuple[str, ...], unit: str) -> None:
    assert stated_unit(comment, words) == unit
