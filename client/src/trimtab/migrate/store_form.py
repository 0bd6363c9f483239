"""How the store keeps a value: its type there, its rules, and the value itself."""

import re
from dataclasses import dataclass

from trimtab.migrate.comment_bounds import Bounds, stated_bounds
from trimtab.migrate.comment_enum import StatedEnum
from trimtab.migrate.decision import Rule
from trimtab.migrate.evidence import Evidence, InferredType, Witness
from trimtab.migrate.infer_type import TypeFinding
from trimtab.migrate.key_facts import KeyFacts
from trimtab.migrate.text_to_value import NoSuchValue, text_to_value
from trimtab.migrate.value_shape import Shape

_T = InferredType
_STORE_TYPES = {
    _T.STRING: "string", _T.INTEGER: "integer", _T.NUMBER: "number", _T.BOOLEAN: "boolean",
    _T.ENUM: "enum", _T.URL: "string", _T.EMAIL: "string", _T.PATH: "string",
}  # fmt: skip
_DURATION = re.compile(r"(\d+(\.\d+)?(ms|s|m|h|d|w))+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+")
_CRON = "cron"
_DEFAULT = re.compile(
    r"\bdefaults?(?: value)?(?: is| to|:|=)+ ?(?:is |to |port )?"
    r"(\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|[^\s,;)]+)",
    re.IGNORECASE,
)
_LONGEST_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class StoreForm:
    store_type: str
    rules: dict[str, Rule]
    value: object
    default: str | None
    description: str
    evidence: tuple[Evidence, ...]


def store_form(facts: KeyFacts, found: TypeFinding, enum: StatedEnum | None) -> StoreForm:
    """The store's type and rules for a key; a rule that its own value breaks is left out."""
    store_type = _store_type(facts, found)
    notes: list[Evidence] = []
    value = _value(facts, store_type, notes)
    rules = _rules(facts, found, store_type, enum)
    for name in list(rules):
        if value is not None and not _holds(name, rules[name], value):
            del rules[name]
            text = f"its value breaks the rule {name} found for it, so the rule is left out"
            notes.append(Evidence(Witness.VALUE, text, f"no {name}", 1))
    if store_type == "enum" and "enum" not in rules:
        store_type = "string"
    return StoreForm(
        store_type, rules, value, _default(facts), _description(facts, found), tuple(notes)
    )


def _store_type(facts: KeyFacts, found: TypeFinding) -> str:
    if found.type is _T.DURATION:
        return _store_type_of_duration(facts, found.unit)
    if found.type in {_T.LIST, _T.JSON}:
        # A program that splits `a,b,c` itself must go on getting `a,b,c`: only JSON becomes json.
        return "json" if _is_json(facts.value) else "string"
    return _STORE_TYPES[found.type]


def _store_type_of_duration(facts: KeyFacts, unit: str) -> str:
    if facts.shape in {Shape.INTEGER, Shape.BIT}:
        return "integer"
    if facts.shape is Shape.NUMBER:
        return "number"
    return "integer" if facts.says_nothing and unit else "string"


def _is_json(text: str) -> bool:
    try:
        text_to_value("json", text)
    except NoSuchValue:
        return False
    return True


def _value(facts: KeyFacts, store_type: str, notes: list[Evidence]) -> object:
    if not facts.value and store_type != "string":
        return None
    try:
        converted = text_to_value("string" if store_type == "enum" else store_type, facts.value)
    except NoSuchValue as error:
        notes.append(Evidence(Witness.VALUE, str(error), f"no value of type {store_type}", 1))
        return None
    if converted.note:
        notes.append(Evidence(Witness.VALUE, converted.note, store_type, 1))
    return converted.value


def _rules(
    facts: KeyFacts, found: TypeFinding, store_type: str, enum: StatedEnum | None
) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    if found.type is _T.ENUM and enum is not None:
        rules["enum"] = list(enum.members)
    comment = facts.comment or facts.group_comment
    bounds = stated_bounds(comment, found.unit)
    if store_type in {"integer", "number"}:
        rules |= _numeric(bounds, store_type)
    elif store_type == "string":
        rules |= _textual(facts, found, bounds)
    for reference in facts.references:
        rules |= _from_reference(reference, store_type)
    return rules


def _numeric(bounds: Bounds, store_type: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for name, bound in (
        ("min", bounds.min),
        ("max", bounds.max),
        ("exclusiveMin", bounds.exclusive_min),
        ("exclusiveMax", bounds.exclusive_max),
    ):
        if bound is not None and not (store_type == "integer" and bound != int(bound)):
            rules[name] = bound
    if bounds.positive:
        rules["min" if store_type == "integer" else "exclusiveMin"] = (
            1 if store_type == "integer" else 0
        )
    return rules


def _textual(facts: KeyFacts, found: TypeFinding, bounds: Bounds) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    if bounds.min_length is not None:
        rules["minLength"] = bounds.min_length
    if bounds.max_length is not None:
        rules["maxLength"] = bounds.max_length
    text = facts.value.strip()
    if found.type is _T.URL and _URL.fullmatch(text):
        rules["format"] = "uri"
    elif found.type is _T.EMAIL and _EMAIL.fullmatch(text):
        rules["format"] = "email"
    elif found.type is _T.DURATION and _DURATION.fullmatch(text):
        rules["format"] = "duration"
    elif facts.shape is Shape.CRON and len(text.split()) == 5:
        rules["format"] = _CRON
    return rules


def _from_reference(reference: object, store_type: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    if store_type in {"integer", "number"}:
        for name in ("min", "max"):
            bound = getattr(reference, name, None)
            if bound is not None:
                rules[name] = bound
    return rules


def _holds(name: str, rule: Rule, value: object) -> bool:
    if isinstance(rule, int | float) and isinstance(value, int | float):
        return {
            "min": value >= rule,
            "max": value <= rule,
            "exclusiveMin": value > rule,
            "exclusiveMax": value < rule,
        }.get(name, True)
    if isinstance(value, str) and name in {"minLength", "maxLength"} and isinstance(rule, int):
        return len(value) >= rule if name == "minLength" else len(value) <= rule
    if name == "enum" and isinstance(rule, list):
        return value in rule or value == ""
    return True


def _default(facts: KeyFacts) -> str | None:
    if facts.value:
        return facts.value
    match = _DEFAULT.search(facts.comment)
    return match[1].strip("\"'`").rstrip(".") if match else None


def _description(facts: KeyFacts, found: TypeFinding) -> str:
    text = " ".join((facts.comment or facts.group_comment).split())
    if len(text) > _LONGEST_DESCRIPTION:
        text = text[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"
    if found.type is _T.DURATION and found.unit and found.unit not in text.lower():
        text = f"{text} (in {found.unit})".strip()
    return text
