"""An env file from its path to one decision per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trimtab.migrate.classify import classify
from trimtab.migrate.decision import Decision
from trimtab.migrate.env_file import EnvFile, read_env_file
from trimtab.migrate.evidence import Reference


@dataclass(frozen=True, slots=True)
class EnvFilePlan:
    """What would happen to each key of a file; `file.broken` are the lines that say nothing."""

    file: EnvFile
    decisions: tuple[Decision, ...]

    @property
    def to_database(self) -> tuple[Decision, ...]:
        return tuple(item for item in self.decisions if item.target == "database")

    @property
    def stays(self) -> tuple[Decision, ...]:
        return tuple(item for item in self.decisions if item.target == "environment")


def plan_env_file(
    path: Path | str, *, references: Mapping[str, Sequence[Reference]] | None = None
) -> EnvFilePlan:
    """Read the file at `path` and decide about every key; raises EnvFileRefused."""
    file = read_env_file(path)
    decisions = classify(file.assignments, references=references or {}, path=str(path))
    return EnvFilePlan(file, tuple(decisions))
