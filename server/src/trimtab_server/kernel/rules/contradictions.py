"""Rules that no value can obey together."""

import math
from collections.abc import Iterator

from trimtab_server.kernel.value_types import MAX_INTEGER, ValueType
from trimtab_server.kernel.violation import Violation

from .multiples import decimal, first_multiple
from .rule_set import Rules

Bound = tuple[int | float, str]


def contradictions(value_type: ValueType, rules: Rules) -> list[Violation]:
    """What the bounds, the step and the lengths of these rules say against each other."""
    found = [_lengths(rules)]
    if value_type in (ValueType.INTEGER, ValueType.NUMBER):
        found.append(_interval(value_type, rules))
    return [one for one in found if one is not None]


def _lengths(rules: Rules) -> Violation | None:
    if rules.min_length is None or rules.max_length is None:
        return None
    if rules.min_length <= rules.max_length:
        return None
    return Violation("/maxLength", None, "maxLength", "must not be less than minLength")


def _interval(value_type: ValueType, rules: Rules) -> Violation | None:
    low, low_name = max(_lower(value_type, rules), key=lambda bound: bound[0])
    high, high_name = min(_upper(value_type, rules), key=lambda bound: bound[0])
    if low > high:
        message = f"leaves no {value_type} between {low_name} and {high_name}"
        name = high_name if high_name in ("max", "exclusiveMax") else low_name
        return Violation(f"/{name}", None, name, message)
    step = rules.multiple_of
    if step is None or math.isinf(low) or math.isinf(high):
        return None
    if first_multiple(step, low) <= decimal(high):
        return None
    message = f"leaves no {value_type} between {low_name} and {high_name}"
    return Violation("/multipleOf", None, "multipleOf", message)


def _lower(value_type: ValueType, rules: Rules) -> Iterator[Bound]:
    """Inclusive lower bounds; an exclusive one becomes the next value of the type."""
    whole = value_type is ValueType.INTEGER
    yield (-MAX_INTEGER if whole else -math.inf), "the smallest there is"
    if rules.min is not None:
        yield rules.min, "min"
    if rules.exclusive_min is not None:
        edge = rules.exclusive_min
        yield (edge + 1 if whole else math.nextafter(edge, math.inf)), "exclusiveMin"


def _upper(value_type: ValueType, rules: Rules) -> Iterator[Bound]:
    whole = value_type is ValueType.INTEGER
    yield (MAX_INTEGER if whole else math.inf), "the largest there is"
    if rules.max is not None:
        yield rules.max, "max"
    if rules.exclusive_max is not None:
        edge = rules.exclusive_max
        yield (edge - 1 if whole else math.nextafter(edge, -math.inf)), "exclusiveMax"
