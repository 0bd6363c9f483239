"""Multiples as people count them: 0.3 is a multiple of 0.1, whatever binary floats say."""

from decimal import Context, Decimal
from functools import lru_cache

# The quotient of the largest by the smallest float has 632 digits; the remainder must be exact.
_EXACT = Context(prec=700)


def is_multiple(value: int | float, step: int | float) -> bool:
    """Whether `value` is a whole number of `step`, both as their shortest decimal text says."""
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    return _EXACT.remainder(decimal(value), decimal(step)) == 0


def first_multiple(step: int | float, at_least: int | float) -> Decimal:
    """The smallest multiple of `step` that is not below `at_least`."""
    low, width = decimal(at_least), decimal(step)
    rest = _EXACT.remainder(low, width)
    if rest == 0:
        return low
    return _EXACT.subtract(_EXACT.add(low, width) if rest > 0 else low, rest)


@lru_cache(maxsize=4096)
def decimal(number: int | float) -> Decimal:
    """The decimal number that the shortest text of `number` stands for."""
    return Decimal(repr(number))
