"""How the store keeps a value: its type there, its rules, and the value itself.

A list stays text (`a,b,c`) unless its text is JSON: the program splits it itself and must go on
getting what it got. A length of time is text with the format `duration` if it carries its unit,
else a number whose unit is in the description. URLs and e-mail addresses are text with a format,
paths are text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trimtab.migrate.comment_bounds import Bounds, stated_bounds
from trimtab.migrate.comment_enum import StatedEnum
from trimtab.migrate.decision import Rule
from trimtab.migrate.evidence import Evidence, InferredType, Reference, Witness
from trimtab.migrate.formats import suits_format
from trimtab.migrate.infer_type import TypeFinding
from trimtab.migrate.key_facts import KeyFacts
from trimtab.migrate.secrets import scan_text
from trimtab.migrate.text_to_value import text_to_value
from trimtab.migrate.value_shape import Shape
from trimtab.value_types import NotOfType, Value, ValueType

_T = InferredType
_STORE_TYPES = {
    _T.INTEGER: ValueType.INTEGER,
    _T.NUMBER: ValueType.NUMBER,
    _T.BOOLEAN: ValueType.BOOLEAN,
    _T.ENUM: ValueType.ENUM,
}
_NUMBERS = frozenset({ValueType.INTEGER, ValueType.NUMBER})
_VERSIONS = frozenset({"version", "release", "ver", "tag"})
_FORMATS = {_T.URL: "uri", _T.EMAIL: "email", _T.DURATION: "duration"}
_FORMATS_BY_SHAPE = {Shape.CRON: "cron", Shape.BYTES: "bytes"}
_TIME_ZONE_NAMES = ("timezone", "time zone", "tz")
_DEFAULT = re.compile(
    r"\bdefaults?(?: value)?(?: is| to|:|=)+ ?(?:is |to |port )?"
    r"(\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|[^\s,;)]+)",
    re.IGNORECASE,
)
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class StoreForm:
    """What a key would be in the store; `value` is None where the file gives none that fits."""

    store_type: ValueType
    rules: dict[str, Rule]
    value: Value | None
    default: str | None
    description: str
    evidence: tuple[Evidence, ...]


def store_form(facts: KeyFacts, found: TypeFinding, enum: StatedEnum | None) -> StoreForm:
    """The store's type and rules for a key; a rule that its own value breaks is left out."""
    store_type = _store_type(facts, found)
    value, notes = _value(facts, store_type)
    reason = _text_after_all(facts, store_type, value)
    if reason:
        store_type, value = ValueType.STRING, facts.value
        notes = [Evidence(Witness.VALUE, reason, store_type, 1)]
    rules: dict[str, Rule] = {}
    for name, rule in _rules(facts, found, store_type, enum):
        if value is None or _holds(name, rule, value):
            rules[name] = rule
        else:
            text = f"its own value breaks the rule {name} that was found, so the rule is left out"
            notes.append(Evidence(Witness.VALUE, text, f"no {name}", 1))
    if store_type is ValueType.ENUM and "enum" not in rules:
        store_type = ValueType.STRING
    if store_type is ValueType.ENUM and value == "":
        value = None
    return StoreForm(
        store_type, rules, value, _default(facts), _description(facts, found), tuple(notes)
    )


def _store_type(facts: KeyFacts, found: TypeFinding) -> ValueType:
    if found.type is _T.DURATION:
        return _store_type_of_duration(facts, found.unit)
    if found.type in {_T.LIST, _T.JSON} and facts.shape in {Shape.JSON_OBJECT, Shape.JSON_LIST}:
        return ValueType.JSON if _is_json(facts.value) else ValueType.STRING
    return _STORE_TYPES.get(found.type, ValueType.STRING)


def _store_type_of_duration(facts: KeyFacts, unit: str) -> ValueType:
    if facts.shape in {Shape.INTEGER, Shape.BIT}:
        return ValueType.INTEGER
    if facts.shape is Shape.NUMBER:
        return ValueType.NUMBER
    return ValueType.INTEGER if facts.says_nothing and unit else ValueType.STRING


def _is_json(text: str) -> bool:
    try:
        text_to_value(ValueType.JSON, text)
    except NotOfType:
        return False
    return True


def _value(facts: KeyFacts, store_type: ValueType) -> tuple[Value | None, list[Evidence]]:
    if (not facts.value and store_type is not ValueType.STRING) or facts.unknown_variables:
        return None, []
    try:
        converted = text_to_value(store_type, facts.value)
    except NotOfType as error:
        text = f"its text gives no value: a value of type {store_type} {error.reason}"
        return None, [Evidence(Witness.VALUE, text, "no value", 1)]
    if not converted.note:
        return converted.value, []
    return converted.value, [Evidence(Witness.VALUE, converted.note, store_type, 1)]


def _text_after_all(facts: KeyFacts, store_type: ValueType, value: Value | None) -> str:
    """Why a text that looks like a number is kept as it is written; "" where it is a number.

    `01234` is somebody's post code, and as a number `1.10` would be the version 1.1. Code that
    reads a number knows better.
    """
    is_guess = not any(reference.cast for reference in facts.references)
    if store_type not in _NUMBERS or not is_guess or not facts.value or facts.unknown_variables:
        return ""
    if value is None:
        return f"a value of type {store_type} is not written like this, so it is kept as text"
    if store_type is ValueType.NUMBER and not _VERSIONS.isdisjoint(facts.words):
        return "a version is no number: 1.10 comes after 1.9"
    return ""


def _rules(
    facts: KeyFacts, found: TypeFinding, store_type: ValueType, enum: StatedEnum | None
) -> Iterator[tuple[str, Rule]]:
    """Rules from the comment, then those from code, which is nearer to the truth."""
    if store_type is ValueType.ENUM and enum is not None:
        yield "enum", list(enum.members)
    bounds = stated_bounds(facts.comment or facts.group_comment, found.unit)
    if store_type in {ValueType.INTEGER, ValueType.NUMBER}:
        yield from _numeric(bounds, whole=store_type is ValueType.INTEGER)
        for reference in facts.references:
            yield from _from_code(reference)
    elif store_type is ValueType.STRING:
        yield from _textual(facts, found, bounds)


def _numeric(bounds: Bounds, *, whole: bool) -> Iterator[tuple[str, Rule]]:
    for name, bound in (
        ("min", bounds.min),
        ("max", bounds.max),
        ("exclusiveMin", bounds.exclusive_min),
        ("exclusiveMax", bounds.exclusive_max),
    ):
        if bound is not None and not (whole and bound != int(bound)):
            yield name, bound
    if bounds.positive:
        yield ("min", 1) if whole else ("exclusiveMin", 0)


def _textual(facts: KeyFacts, found: TypeFinding, bounds: Bounds) -> Iterator[tuple[str, Rule]]:
    if bounds.min_length is not None:
        yield "minLength", bounds.min_length
    if bounds.max_length is not None:
        yield "maxLength", bounds.max_length
    name = _FORMATS.get(found.type) or _FORMATS_BY_SHAPE.get(facts.shape)
    if name is None and any(match.phrase in _TIME_ZONE_NAMES for match in facts.matches):
        name = "timezone"
    if name is not None and suits_format(name, facts.value):
        yield "format", name


def _from_code(reference: Reference) -> Iterator[tuple[str, Rule]]:
    if reference.min is not None:
        yield "min", reference.min
    if reference.max is not None:
        yield "max", reference.max


def _holds(name: str, rule: Rule, value: Value) -> bool:
    if name == "enum" and isinstance(rule, list):
        return value in rule or value == ""
    if isinstance(value, str) and isinstance(rule, int):
        return len(value) >= rule if name == "minLength" else len(value) <= rule
    if isinstance(value, int | float) and isinstance(rule, int | float):
        return {
            "min": value >= rule,
            "max": value <= rule,
            "exclusiveMin": value > rule,
            "exclusiveMax": value < rule,
        }[name]
    return True


def _default(facts: KeyFacts) -> str | None:
    """The value in the file; where there is none, the one that the comment or the code names."""
    if facts.value:
        return facts.value
    match = _DEFAULT.search(facts.comment)
    if match is not None:
        stated = match[1].strip("\"'`").rstrip(".")
        return None if scan_text(stated) else stated
    defaults = (reference.default for reference in facts.references)
    return next((str(default) for default in defaults if default is not None), None)


def _description(facts: KeyFacts, found: TypeFinding) -> str:
    """The comment as one paragraph, with the unit; nothing of it if it holds a credential."""
    text = " ".join((facts.comment or facts.group_comment).split())
    if scan_text(text):
        text = ""
    if len(text) > _LONGEST_DESCRIPTION:
        text = text[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"
    if found.type is _T.DURATION and found.unit and found.unit not in text.lower():
        text = f"{text} (in {found.unit})".strip()
    return text
