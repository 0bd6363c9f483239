"""The words a decision about a key is made in: classes, types, and evidence for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeyClass(StrEnum):
    """Where a value belongs once configuration moves into a database."""

    SECRET = "secret"  # noqa: S105  the name of a class, not a credential
    BOOTSTRAP = "bootstrap"
    INFRASTRUCTURE = "infrastructure"
    FLAG = "flag"
    DYNAMIC = "dynamic"

    @property
    def goes_to_database(self) -> bool:
        return self in {KeyClass.FLAG, KeyClass.DYNAMIC}


class InferredType(StrEnum):
    """What a value is, in words of a person; `store_type` maps it to what the store knows."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    URL = "url"
    DURATION = "duration"
    JSON = "json"
    LIST = "list"
    EMAIL = "email"
    PATH = "path"


class Witness(StrEnum):
    """What said it."""

    NAME = "name"
    VALUE = "value"
    COMMENT = "comment"
    NEIGHBOUR = "neighbour"
    CODE = "code"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation: who saw it, in words, what it speaks for, and how strongly.

    Weights: 1 a hint, 2 a usual sign, 3 a strong sign, 5 nearly proof, 8 proof.
    """

    source: Witness
    text: str
    favours: str
    weight: float


class Reference(Protocol):
    """A place in source code that reads a key, as the code reader reports it."""

    @property
    def key(self) -> str: ...
    @property
    def path(self) -> object: ...
    @property
    def line(self) -> int: ...
    @property
    def cast(self) -> str | None: ...
    @property
    def default(self) -> object: ...
    @property
    def enum(self) -> Sequence[str] | None: ...
    @property
    def min(self) -> float | None: ...
    @property
    def max(self) -> float | None: ...
