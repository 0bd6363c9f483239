"""What a benchmark found, kept as a file of its own, from which the page is written."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent.parent
RESULTS = HERE / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """What was aimed for and what came out."""

    what: str
    measured: float
    limit: float
    at_least: bool
    unit: str = "×"

    @property
    def is_met(self) -> bool:
        """Whether the figure is on the right side of its limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def at_least(what: str, measured: float, limit: float, unit: str = "×") -> Goal:
    """A goal that more is better for."""
    return Goal(what, measured, limit, True, unit)


def at_most(what: str, measured: float, limit: float, unit: str = "×") -> Goal:
    """A goal that less is better for."""
    return Goal(what, measured, limit, False, unit)


@dataclass(slots=True)
class Result:
    """One benchmark's page: its table, its goals, and how both came about."""

    name: str
    title: str
    about: str
    rounds: int
    columns: Sequence[str]
    bars_unit: str
    rows: list[list[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    bars: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    where_time_goes: str = ""
    python: str = platform.python_version()
    load_before: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))
    at: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))

    def save(self) -> None:
        """Keep it; the same benchmark's last result goes."""
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"
        (RESULTS / f"{self.name}.json").write_text(text)


def saved() -> list[Result]:
    """Every result there is, by title."""
    found = []
    for path in RESULTS.glob("*.json"):
        fields = json.loads(path.read_text())
        fields["goals"] = [Goal(**goal) for goal in fields["goals"]]
        found.append(Result(**fields))
    return sorted(found, key=lambda one: one.title)


def spread(values: Sequence[float]) -> str:
    """The median, and the lowest and highest round."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{number(middle)} ({number(low)}-{number(high)})"


def number(value: float) -> str:
    """Three figures that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def own_version() -> str:
    """Trimtab's version as installed."""
    return version("trimtab-server")
