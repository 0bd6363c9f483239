"""Vectors, and who makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors in the order of the texts, and the model they come from.

    Vectors of different models cannot be compared.
    """

    model: str
    vectors: tuple[Vector, ...]


class Embedder(Protocol):
    """Makes vectors. What is looked for and what is found may be embedded differently."""

    def documents(self, texts: Sequence[str]) -> Embedded:
        """Vectors of texts that are to be found. Raises ServiceError or ModelNotFound."""

    def query(self, text: str) -> Embedded:
        """The vector of what is looked for. Raises as `documents` does."""
