"""Patterns that match a whole text, in a time that the text's length and the pattern bound.

The syntax is that of Rust's `regex`: no look-around, no back-references; `\\d` and `\\w` are ASCII.
A linear-time engine alone is no bound: `[ab]*a[ab]{50000}` took 14 s on 100,000 characters. Time
grows with the compiled size times the length, so that product has a budget too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

MAX_PATTERN_LENGTH = 512

# Compiled bytes times text bytes; about 130 ms of the worst pattern we found.
_BUDGET = 2**31
_SIZES = tuple(2**power for power in range(12, 23))

_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"\\(?:[1-9]|k[<{'])")


class BadPattern(ValueError):
    """The pattern cannot be used; `reason` is a predicate that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Texts of more than `longest_bytes` (UTF-8) must not be tried."""

    matches: Callable[[str], bool]
    longest_bytes: int

    def may_try(self, text: str) -> bool:
        """Whether the text is short enough for the budget."""
        return len(text) * 4 <= self.longest_bytes or len(text.encode()) <= self.longest_bytes


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """The pattern, matching texts as a whole; raises BadPattern if it cannot be used."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise BadPattern(f"must have at most {MAX_PATTERN_LENGTH} characters")
    # Alone first: "a)|(?:b" is no pattern, yet it would compile inside the anchoring group.
    if _compile(pattern, _SIZES[-1]) is None:
        raise BadPattern(_why(pattern))
    for size in _SIZES:
        matches = _compile(anchored(pattern), size)
        if matches is not None:
            return Pattern(matches, _BUDGET // size)
    raise BadPattern("must not end inside a comment, and not be too large when compiled")


def anchored(pattern: str) -> str:
    """The JSON Schema `pattern` that means: the whole text, every alternative."""
    return f"^(?:{pattern})$"


def _compile(pattern: str, size: int) -> Callable[[str], bool] | None:
    options = RegexOptions(size_limit=size)
    try:
        return Draft202012Validator(
            {"type": "string", "pattern": pattern}, pattern_options=options, offline=True
        ).is_valid
    except (ValidationError, ValueError):
        return None


def _why(pattern: str) -> str:
    bare = pattern.replace(r"\\", "")
    if _LOOK_AROUND.search(bare):
        return "must not look ahead or behind: patterns run in linear time"
    if _BACK_REFERENCE.search(bare):
        return "must not refer back to a group: patterns run in linear time"
    return "must be a regular expression that the linear-time engine accepts, and not too large"
