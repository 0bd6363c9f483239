"""The default of a setting: what the code does without a value, else what a file documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trimtab.migrate.inventory import Occurrence
from trimtab.migrate.references import Reference
from trimtab.migrate.text_to_value import text_to_value
from trimtab.migrate.value_shape import Shape, shape_of
from trimtab.value_types import NotOfType, Value, ValueType

from .rules import broken_rules

_SAY_NOTHING = frozenset({Shape.EMPTY, Shape.NOTHING, Shape.PLACEHOLDER})


@dataclass(frozen=True, slots=True)
class Default:
    """The value, where it is from, and what speaks against it."""

    value: Value | None = field(default=None, repr=False)
    evidence: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def default_of(
    store_type: ValueType,
    rules: Mapping[str, object],
    occurrences: Sequence[Occurrence],
    references: Sequence[Reference],
) -> Default:
    """The first that fits type and rules: of the code, then of a commented-out or example line."""
    in_code = list(_in_code(references))
    candidates = [*in_code, *_documented(occurrences)]
    doubts = _disagreeing(in_code)
    for text, where in candidates:
        value = _fitting(store_type, rules, text)
        if value is not None:
            return Default(value, (f"its default is from {where}",), doubts)
    return Default(doubts=doubts)


def _in_code(references: Sequence[Reference]) -> Iterator[tuple[str, str]]:
    for one in references:
        if one.default is not None and shape_of(one.default) not in _SAY_NOTHING:
            yield one.default, f"{one.path}:{one.line}"


def _documented(occurrences: Sequence[Occurrence]) -> Iterator[tuple[str, str]]:
    for one in reversed(occurrences):
        if not one.sets and not one.uses and shape_of(one.value) not in _SAY_NOTHING:
            yield one.value, one.where


def _disagreeing(in_code: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    places = dict(reversed(in_code))
    if len(places) < 2:
        return ()
    return (f"the code has different defaults for it: {', '.join(sorted(places.values()))}",)


def _fitting(store_type: ValueType, rules: Mapping[str, object], text: str) -> Value | None:
    try:
        value = text_to_value(store_type, text).value
    except NotOfType:
        return None
    return None if any(broken_rules(rules, value)) else value
