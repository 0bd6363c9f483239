"""The tree of environments: one root, everything else inherits from exactly one parent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment; `touched_revision` is the last change that could alter what it serves."""

    id: UUID
    name: str
    parent: str | None
    touched_revision: int
    created_revision: int
    created_at: datetime


class EnvironmentTree(Mapping[str, Environment]):
    """The environments of one application by name."""

    def __init__(self, environments: Iterable[Environment]) -> None:
        self._by_name = {environment.name: environment for environment in environments}
        self._lineages: dict[str, list[str]] = {}

    def __getitem__(self, name: str) -> Environment:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def root(self) -> str:
        """The one environment without a parent."""
        return next(name for name, one in self._by_name.items() if one.parent is None)

    def lineage(self, name: str) -> list[str]:
        """The environment itself, its parent, and so on up to the root."""
        names = self._lineages.get(name)
        if names is None:
            names, current = [], self._by_name[name]
            names.append(name)
            while current.parent is not None:
                names.append(current.parent)
                current = self._by_name[current.parent]
            self._lineages[name] = names  # every setting is resolved along it
        return names

    def heirs(self, name: str) -> set[str]:
        """The environment and all that inherit from it, directly or not."""
        return {other for other in self._by_name if name in self.lineage(other)}
