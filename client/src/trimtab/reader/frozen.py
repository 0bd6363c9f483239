"""One consistent set, held for as long as somebody needs it."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from trimtab.snapshot import Revision
from trimtab.store import State


class Frozen(Mapping[str, Any]):
    """Every value in force at one moment; later changes do not reach it. The repr shows none.

    Also a context manager, so that a request's set can be seen: `with cfg.frozen() as values:`.
    """

    __slots__ = ("_values", "revision")

    def __init__(self, state: State) -> None:
        self._values = state.values
        self.revision: Revision | None = state.revision

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held but the memory."""

    def __repr__(self) -> str:
        return f"Frozen({len(self)} keys at {self.revision})"
