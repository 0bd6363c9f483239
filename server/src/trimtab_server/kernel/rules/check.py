"""Does a value obey its rules? Compiled once per rules, microseconds per value."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from trimtab_server.kernel.formats import FORMATS, is_of_format
from trimtab_server.kernel.patterns import compile_pattern
from trimtab_server.kernel.value_types import NotOfType, ValueType, check_type
from trimtab_server.kernel.violation import Violation

from .multiples import is_multiple
from .rule_set import Rules
from .schema import schema_violations

Test = Callable[[Any], bool]
Check = tuple[str, str, Test]

_SHOWN_MEMBERS = 20


def check_value(value_type: ValueType, rules: Rules, value: object) -> list[Violation]:
    """Every rule that `value` breaks; none means it may be stored.

    Pointers are empty, or lead into a json value. Keys are for the caller to fill.
    """
    try:
        checked = check_type(value_type, value)
    except NotOfType as error:
        return [Violation("", None, error.rule, error.reason)]
    broken = [
        Violation("", None, rule, message)
        for rule, message, holds in _checks(rules)
        if not holds(checked)
    ]
    if rules.schema_text is not None:
        broken.extend(schema_violations(rules.schema_text, checked))
    return broken


@lru_cache(maxsize=4096)
def _checks(rules: Rules) -> tuple[Check, ...]:
    return (*_bounds(rules), *_lengths(rules), *_forms(rules))


def _bounds(rules: Rules) -> Iterator[Check]:
    low, high = rules.min, rules.max
    above, below = rules.exclusive_min, rules.exclusive_max
    step = rules.multiple_of
    if low is not None:
        yield "min", f"must be at least {_shown(low)} (min)", lambda value: bool(value >= low)
    if high is not None:
        yield "max", f"must be at most {_shown(high)} (max)", lambda value: bool(value <= high)
    if above is not None:
        yield (
            "exclusiveMin",
            f"must be more than {_shown(above)} (exclusiveMin)",
            lambda v: bool(v > above),
        )
    if below is not None:
        yield (
            "exclusiveMax",
            f"must be less than {_shown(below)} (exclusiveMax)",
            lambda v: bool(v < below),
        )
    if step is not None:
        message = f"must be a multiple of {_shown(step)} (multipleOf)"
        yield "multipleOf", message, lambda value: is_multiple(value, step)


def _lengths(rules: Rules) -> Iterator[Check]:
    shortest, longest = rules.min_length, rules.max_length
    if shortest is not None:
        message = f"must have at least {shortest} characters (minLength)"
        yield "minLength", message, lambda value: len(value) >= shortest
    if longest is not None:
        message = f"must have at most {longest} characters (maxLength)"
        yield "maxLength", message, lambda value: len(value) <= longest


def _forms(rules: Rules) -> Iterator[Check]:
    if rules.pattern is not None:
        pattern = compile_pattern(rules.pattern)
        message = f"must have at most {pattern.longest_bytes} bytes for its pattern to be tried"
        yield "pattern", message, pattern.may_try
        message = f"must match {rules.pattern} from its beginning to its end (pattern)"
        yield "pattern", message, lambda text: not pattern.may_try(text) or pattern.matches(text)
    if rules.format is not None:
        name = rules.format
        message = f"must be {FORMATS[name]} (format {name})"
        yield "format", message, lambda value: is_of_format(name, value)
    if rules.enum is not None:
        yield "enum", _one_of(rules.enum), frozenset(rules.enum).__contains__


def _one_of(members: tuple[str | int | float, ...]) -> str:
    shown = ", ".join(map(_shown, members[:_SHOWN_MEMBERS]))
    more = len(members) - _SHOWN_MEMBERS
    return f"must be one of {shown}{f' and {more} more' if more > 0 else ''} (enum)"


def _shown(limit: str | int | float) -> str:
    # 3 and 3.0 make equal rules, which share one compiled check: they must read alike.
    return f"{limit:.17g}" if isinstance(limit, float) and limit.is_integer() else str(limit)
