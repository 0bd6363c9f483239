"""Patterns that match a whole text in time linear in its length."""

import re
from collections.abc import Callable
from functools import lru_cache

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

MAX_PATTERN_LENGTH = 512

Matcher = Callable[[str], bool]

_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"\\(?:[1-9]|k[<{'])")


class BadPattern(ValueError):
    """The pattern cannot be used; `reason` is a predicate that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Matcher:
    """A function that says whether a text matches `pattern` as a whole."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise BadPattern(f"must have at most {MAX_PATTERN_LENGTH} characters")
    # Alone first: "a)|(?:b" is no pattern, yet it would compile inside the anchoring group.
    alone, whole = _compile(pattern), _compile(anchored(pattern))
    if alone is None or whole is None:
        raise BadPattern(_why(pattern))
    return whole


def anchored(pattern: str) -> str:
    """The JSON Schema `pattern` that means: the whole text, every alternative."""
    return f"^(?:{pattern})$"


def _compile(pattern: str) -> Matcher | None:
    schema = {"type": "string", "pattern": pattern}
    try:
        return Draft202012Validator(schema, pattern_options=RegexOptions(), offline=True).is_valid
    except (ValidationError, ValueError):
        return None


def _why(pattern: str) -> str:
    bare = pattern.replace(r"\\", "")
    if _LOOK_AROUND.search(bare):
        return "must not look ahead or behind: patterns run in linear time"
    if _BACK_REFERENCE.search(bare):
        return "must not refer back to a group: patterns run in linear time"
    return "must be a regular expression that the linear-time engine accepts"
