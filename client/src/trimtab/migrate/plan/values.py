"""A key's texts in all environments as values of one type of the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trimtab.migrate.env_value import env_value
from trimtab.migrate.formats import suits_format
from trimtab.migrate.inventory import Occurrence
from trimtab.value_types import NotOfType, Value, ValueType, canonical_text

from .model import BASE
from .rules import broken_rules, rule_faults

_WIDER: dict[ValueType, tuple[ValueType, ...]] = {
    ValueType.INTEGER: (ValueType.INTEGER, ValueType.NUMBER, ValueType.STRING),
    ValueType.NUMBER: (ValueType.NUMBER, ValueType.STRING),
    ValueType.BOOLEAN: (ValueType.BOOLEAN, ValueType.STRING),
    ValueType.ENUM: (ValueType.ENUM, ValueType.STRING),
    ValueType.JSON: (ValueType.JSON, ValueType.STRING),
    ValueType.STRING: (ValueType.STRING,),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The type that all texts fit, the values where they differ from `base`, the rules they obey.

    `notes` say how a text was read; `doubts` what was given up to make all of them fit.
    """

    store_type: ValueType
    values: Mapping[str, Value] = field(repr=False)
    rules: Mapping[str, object]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]


def texts_of(occurrences: Sequence[Occurrence]) -> dict[str, Occurrence]:
    """For each environment the last place that sets the key there, `base` first."""
    found = {one.environment: one for one in occurrences if one.sets and one.environment}
    return dict(sorted(found.items(), key=lambda item: (item[0] != BASE, item[0])))


def typed(wanted: ValueType, rules: Mapping[str, object], texts: Mapping[str, Occurrence]) -> Typed:
    """The values as `wanted`, or as the next wider type that all of them have."""
    doubts: list[str] = []
    for store_type in _WIDER[wanted]:
        refused = list(_refused(store_type, texts))
        if not refused:
            break
        doubts += refused
    read = {name: _read(store_type, one) for name, one in texts.items()}
    values = {name: value for name, (value, _) in read.items() if value is not None}
    notes = [f"in {texts[name].where} {note}" for name, (_, note) in read.items() if note]
    if BASE in values:
        doubts += [
            f"{one.where} sets it to nothing, which is no {store_type}; there it keeps the value "
            "of base"
            for name, one in texts.items()
            if name not in values
        ]
    kept, dropped = _obeyed(store_type, rules, values)
    if store_type is ValueType.ENUM and "enum" not in kept:
        store_type = ValueType.STRING
    return Typed(store_type, _overrides(values), kept, tuple(notes), (*doubts, *dropped))


def _refused(store_type: ValueType, texts: Mapping[str, Occurrence]) -> Iterator[str]:
    for one in texts.values():
        try:
            _read(store_type, one)
        except NotOfType as error:
            yield f"its text in {one.where} is no {store_type}: it {error.reason}"


def _read(store_type: ValueType, one: Occurrence) -> tuple[Value | None, str]:
    converted = env_value(store_type, one.value)
    return (None, "") if converted is None else (converted.value, converted.note)


def _obeyed(
    store_type: ValueType, rules: Mapping[str, object], values: Mapping[str, Value]
) -> tuple[dict[str, object], list[str]]:
    """The rules that all values obey, and a word about each that is left out."""
    faults = dict(rule_faults(store_type, rules))
    kept = {name: rule for name, rule in rules.items() if name not in faults}
    doubts: list[str] = []
    for environment, value in values.items():
        broken = dict(broken_rules(kept, value))
        if "format" in kept and not suits_format(str(kept["format"]), str(value)):
            broken["format"] = f"must have the format {kept['format']}"
        for name, reason in broken.items():
            doubts.append(f"its value in {environment} breaks the rule {name} ({reason})")
            del kept[name]
    return kept, doubts


def _overrides(values: Mapping[str, Value]) -> dict[str, Value]:
    """`base`, and the environments that differ from it."""
    base = canonical_text(values[BASE]) if BASE in values else None
    return {
        name: value
        for name, value in values.items()
        if name == BASE or canonical_text(value) != base
    }
