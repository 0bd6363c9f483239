"""What the search finds: a place that reads a variable, and what the code does with the text."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Cast(StrEnum):
    """What the code turns the text of a variable into.

    `list` is text with separators (`a,b,c`); `json` is JSON text, lists included.
    """

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    JSON = "json"
    LIST = "list"
    ENUM = "enum"
    URL = "url"
    PATH = "path"
    DURATION = "duration"
    EMAIL = "email"
    STR = "str"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one place says about one variable.

    `default` is the text as it would stand in an env file: `true` for `True`, JSON for lists.
    `has_default` without a `default` is one that the code computes, or one hidden because it is
    a secret (`default_hidden`). `required` means that the code fails where the variable is
    missing. Bounds and pattern are those the code enforces.
    """

    cast: Cast | None = None
    default: str | None = None
    has_default: bool = False
    default_hidden: bool = False
    required: bool = False
    enum: tuple[str, ...] | None = None
    min: float | None = None
    max: float | None = None
    exclusive_min: float | None = None
    exclusive_max: float | None = None
    multiple_of: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    declared_secret: bool = False

    def within(self, outer: "Facts") -> "Facts":
        """Both together, where `outer` comes later: what is said nearer to the read wins."""
        merged = {name: getattr(self, name) for name in _FACT_NAMES}
        for name, mine in merged.items():
            if mine is None or mine is False:
                merged[name] = getattr(outer, name)
        if self.has_default:  # a later `or`, `!` or `unwrap` never sees a missing variable
            merged |= {"default": self.default, "required": False}
        elif outer.has_default:
            merged["required"] = False
        return Facts(**merged)


_LONGEST_SHOWN = 120
_FACT_NAMES = tuple(field.name for field in fields(Facts))
NOTHING = Facts()


def with_default(text: str | None, facts: Facts = NOTHING) -> Facts:
    """`facts` of a read that has a fallback; `None` is one that only the program can compute."""
    return replace(facts, default=text, has_default=True, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Facts):
    """One place that reads the variable `key`; `path` is relative with `/`, `line` from 1."""

    key: str
    path: str
    line: int
    language: str
    reader: str

    @property
    def order(self) -> tuple[str, int, str, str]:
        return self.path, self.line, self.key, self.reader


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A place that reads a variable whose name is only known while the program runs."""

    path: str
    line: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A file that was not understood, or not wholly: its reads may be missing."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceScan:
    """Everything found in a tree, sorted by path and line."""

    references: tuple[Reference, ...]
    unresolved: tuple[Unresolved, ...]
    unparsed: tuple[Unparsed, ...]
    files_read: int
    files_skipped: int
    folders_skipped: tuple[str, ...]
    links_skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One file as the languages see it."""

    path: str
    language: str
    text: str

    def reference(self, key: str, line: int, reader: str, facts: Facts = NOTHING) -> Reference:
        said: dict[str, Any] = {name: getattr(facts, name) for name in _FACT_NAMES}
        return Reference(
            key=key, path=self.path, line=line, language=self.language, reader=reader, **said
        )

    def unresolved(self, line: int, text: str) -> Unresolved:
        return Unresolved(self.path, line, self.language, " ".join(text.split())[:_LONGEST_SHOWN])
