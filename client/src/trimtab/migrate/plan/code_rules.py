"""What the code enforces, beside what the classifier took from text and code."""

from collections.abc import Iterator, Mapping, Sequence

from trimtab.migrate.references import Cast, Reference
from trimtab.value_types import ValueType

_NUMERIC = (
    ("min", "min"),
    ("max", "max"),
    ("exclusive_min", "exclusiveMin"),
    ("exclusive_max", "exclusiveMax"),
    ("multiple_of", "multipleOf"),
)
_TEXTUAL = (("min_length", "minLength"), ("max_length", "maxLength"))


def store_type_of(wanted: ValueType, references: Sequence[Reference]) -> ValueType:
    """`wanted`, but a number where the code reads `30` as a float: it may be 30.5 tomorrow."""
    as_float = any(one.cast is Cast.FLOAT for one in references)
    return ValueType.NUMBER if wanted is ValueType.INTEGER and as_float else wanted


def with_code_rules(
    store_type: ValueType, rules: Mapping[str, object], references: Sequence[Reference]
) -> dict[str, object]:
    """The rules and those of the code that they do not name yet.

    A pattern is left out: the store matches by another engine than the program's language.
    """
    return {**dict(_stated(store_type, references)), **rules}


def _stated(store_type: ValueType, references: Sequence[Reference]) -> Iterator[tuple[str, object]]:
    if store_type in {ValueType.INTEGER, ValueType.NUMBER}:
        names: Sequence[tuple[str, str]] = _NUMERIC
    else:
        names = _TEXTUAL if store_type is ValueType.STRING else ()
    for one in references:
        for attribute, rule in names:
            bound = getattr(one, attribute)
            if bound is not None:
                yield rule, int(bound) if bound == int(bound) else bound
