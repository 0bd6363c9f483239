"""What the search of one file gives back."""

from dataclasses import dataclass, field
from typing import TypeAlias

from .exports import Export
from .reference import Reference, Unresolved

WrapperIdentity: TypeAlias = tuple[str, str | None, str]


@dataclass(frozen=True, slots=True)
class Searched:
    """Findings of one file.

    `wrapped` are reads inside functions whose callers name the variable: they are unresolved
    only if no such call is found. `called` says whose calls this file has. `wanted` are imported
    constants whose text would name a variable. `partly` says why a file was not wholly understood.
    """

    references: list[Reference] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    wrapped: list[tuple[WrapperIdentity, Unresolved]] = field(default_factory=list)
    called: set[WrapperIdentity] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    partly: str | None = None
