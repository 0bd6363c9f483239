"""What passes a named form here passes it in the store."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab.migrate.formats import suits_format

CONTRACT = Path(__file__).parents[3] / "contract" / "rule_cases.json"
FORMATS: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))["formats"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_suits_format__refused_by_the_contract__is_refused_here(name: str) -> None:
    assert [text for text in FORMATS[name]["no"] if suits_format(name, text)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uri", "https://example.com/a?b=c#d"),
        ("uri", "http://localhost:8080"),
        ("uri", "redis://cache:6379/0"),
        ("email", "first.last@sub.example.com"),
        ("duration", "1h30m"),
        ("duration", "250ms"),
        ("bytes", "512KiB"),
        ("cron", "*/5 8-18 * * 1-5"),
        ("timezone", "Europe/Berlin"),
        ("hostname", "api.example.com"),
    ],
)
def test_suits_format__usual_texts__pass(name: str, text: str) -> None:
    assert suits_format(name, text)


def test_suits_format__unknown_name_or_endless_text__does_not() -> None:
    assert not suits_format("colour", "red")
    assert not suits_format("hostname", "a" * 100_000)
