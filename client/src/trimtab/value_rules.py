"""Whether a value that this process supplies itself obeys its setting's rules.

What comes from the store was checked there. The text of a variable or of a resolved reference never
went there, so it is checked here, by the same rules (`contract/rule_cases.json`). What this base
library cannot check exactly it does not guess: those rules are named as unchecked.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, Final

from trimtab.value_types import Value

_EXACT = Context(prec=700)
_COUNT = r"(?:0|[1-9][0-9]{0,8})"
_FORMATS: Final = {
    "duration": re.compile(
        rf"(?=[0-9])(?:{_COUNT}d)?(?:{_COUNT}h)?(?:{_COUNT}m)?(?:{_COUNT}s)?(?:{_COUNT}ms)?"
    ),
    "bytes": re.compile(r"(?:0|[1-9][0-9]{0,14})(?:B|[kKMGTP]B|[KMGTP]iB)"),
}
_LONGEST_TRIED = 1_000
# The store's patterns run in linear time; Python's engine may not, where repetitions nest.
_MAY_BACKTRACK = re.compile(r"\)[*+{]")
_Test = Callable[[Any, Any], bool]


def check_rules(value: Value, rules: Mapping[str, Any] | None) -> tuple[list[str], list[str]]:
    """The rules that are broken, each as a predicate without the value ("must be at least 1
    (min)"), and the names of those that are not checked here."""
    broken: list[str] = []
    unchecked: list[str] = []
    for name, limit in (rules or {}).items():
        if name in _TESTS:
            said, holds = _TESTS[name]
            if not holds(value, limit):
                broken.append(f"{said.format(_shown(limit))} ({name})")
        elif name == "pattern":
            _check_pattern(str(value), limit, broken, unchecked)
        elif name == "format" and limit in _FORMATS:
            if not _FORMATS[limit].fullmatch(str(value)):
                broken.append(f"must have the form of a {limit} (format)")
        elif name != "required":
            unchecked.append(name)
    return broken, unchecked


def _check_pattern(text: str, pattern: str, broken: list[str], unchecked: list[str]) -> None:
    compiled = _compiled(pattern)
    if compiled is None or len(text) > _LONGEST_TRIED:
        unchecked.append("pattern")
    elif not compiled.fullmatch(text):
        broken.append(f"must match {pattern} from its beginning to its end (pattern)")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if _MAY_BACKTRACK.search(pattern):
        return None
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None


def _is_multiple(value: Any, step: Any) -> bool:
    """As people count: 0.3 is a multiple of 0.1, whatever binary floats say."""
    return _EXACT.remainder(Decimal(repr(value)), Decimal(repr(step))) == 0


def _shown(limit: Any) -> str:
    return ", ".join(map(str, limit)) if isinstance(limit, list) else str(limit)


_TESTS: Final[Mapping[str, tuple[str, _Test]]] = {
    "min": ("must be at least {}", lambda value, limit: bool(value >= limit)),
    "max": ("must be at most {}", lambda value, limit: bool(value <= limit)),
    "exclusiveMin": ("must be more than {}", lambda value, limit: bool(value > limit)),
    "exclusiveMax": ("must be less than {}", lambda value, limit: bool(value < limit)),
    "multipleOf": ("must be a multiple of {}", _is_multiple),
    "minLength": ("must have at least {} characters", lambda value, limit: len(value) >= limit),
    "maxLength": ("must have at most {} characters", lambda value, limit: len(value) <= limit),
    "enum": ("must be one of {}", lambda value, limit: value in limit),
}
