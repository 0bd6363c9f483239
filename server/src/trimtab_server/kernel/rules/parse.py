"""From what a user wrote under `validationRules` to `Rules`, with everything that is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from trimtab_server.kernel.formats import FORMATS
from trimtab_server.kernel.patterns import BadPattern, compile_pattern
from trimtab_server.kernel.value_types import NotOfType, ValueType, canonical_text, check_type
from trimtab_server.kernel.violation import Violation

from .check import check_value
from .contradictions import contradictions
from .rule_set import NO_RULES, Rules
from .schema import compile_schema
from .schema_weight import BadSchema

MAX_LENGTH = 64 * 1024
"""No value is longer, so no length rule may ask for more."""

MAX_MEMBERS = 1000
"""How many members an enum may have."""

_NUMERIC = frozenset({ValueType.INTEGER, ValueType.NUMBER})
_TEXT = frozenset({ValueType.STRING})
_LISTED = frozenset({ValueType.ENUM, ValueType.STRING, ValueType.INTEGER, ValueType.NUMBER})


class BadRules(ValueError):
    """The rules cannot be used; `violations` names everything found, pointers like `/min`."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{one.rule} {one.message}" for one in violations))
        self.violations = tuple(violations)


class _Refused(Exception):
    """One rule's value is wrong; the text is a predicate."""


def parse_rules(value_type: ValueType, raw: Mapping[str, object] | None) -> Rules:
    """Read the rules of a setting of this type.

    Refused with `BadRules`: unknown rules, rules of other types, values that a rule cannot have,
    and rules that contradict each other so that no value could obey them.
    """
    fields: dict[str, Any] = {}
    broken: list[Violation] = []
    for name, value in (raw or {}).items():
        try:
            field, read = _reader(value_type, name)
            fields[field] = read(value_type, value)
        except _Refused as error:
            broken.append(_broken(name, str(error)))
    if value_type is ValueType.ENUM and "enum" not in (raw or {}):
        broken.append(_broken("enum", "is needed: type enum lists its members there"))
    if broken:
        raise BadRules(broken)
    rules = replace(NO_RULES, **fields)
    broken = [*contradictions(value_type, rules), *_outside_members(value_type, rules)]
    if broken:
        raise BadRules(broken)
    return rules


_Read = Callable[[ValueType, object], object]


def _reader(value_type: ValueType, name: str) -> tuple[str, _Read]:
    known = _READERS.get(name)
    if known is None:
        raise _Refused(f"is no rule; known are {', '.join(_READERS)}")
    field, types, read = known
    if value_type not in types:
        fitting = ", ".join(sorted(types))
        raise _Refused(f"does not fit type {value_type}; it is for {fitting}")
    return field, read


def _broken(name: str, message: str) -> Violation:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return Violation(pointer, None, name if name in _READERS else "unknown-rule", message)


def _outside_members(value_type: ValueType, rules: Rules) -> list[Violation]:
    others = replace(rules, enum=None)
    return [
        Violation(f"/enum/{index}", None, "enum", f"has a member that {one.message} itself")
        for index, member in enumerate(rules.enum or ())
        for one in check_value(value_type, others, member)
    ]


def _bound(value_type: ValueType, value: object) -> object:
    if value_type is ValueType.INTEGER:
        return _typed(value_type, value)
    # Kept as it was written: 0 stays 0 where people read the rules.
    _typed(ValueType.NUMBER, value)
    return value


def _step(value_type: ValueType, value: object) -> object:
    step: Any = _bound(value_type, value)
    if step <= 0:
        raise _Refused("must be more than 0")
    return step


def _length(_: ValueType, value: object) -> object:
    length: Any = _typed(ValueType.INTEGER, value)
    if not 0 <= length <= MAX_LENGTH:
        raise _Refused(f"must lie between 0 and {MAX_LENGTH}")
    return length


def _pattern(_: ValueType, value: object) -> object:
    pattern: Any = _typed(ValueType.STRING, value)
    try:
        compile_pattern(pattern)
    except BadPattern as error:
        raise _Refused(error.reason) from None
    return pattern


def _format(_: ValueType, value: object) -> object:
    if not isinstance(value, str) or value not in FORMATS:
        raise _Refused(f"must be one of {', '.join(FORMATS)}")
    return value


def _enum(value_type: ValueType, value: object) -> object:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_MEMBERS:
        raise _Refused(f"must be a list of 1 to {MAX_MEMBERS} members")
    members = tuple(_typed(value_type, member, "has a member that ") for member in value)
    if len(set(members)) != len(members):
        raise _Refused("has the same member twice")
    return members


def _required(_: ValueType, value: object) -> object:
    return _typed(ValueType.BOOLEAN, value)


def _schema(_: ValueType, value: object) -> object:
    if not isinstance(value, dict):
        raise _Refused("must be a JSON Schema written as an object")
    text = canonical_text(_typed(ValueType.JSON, value))
    try:
        compile_schema(text)
    except BadSchema as error:
        raise _Refused(error.reason) from None
    return text


def _typed(value_type: ValueType, value: object, subject: str = "") -> Any:
    try:
        return check_type(value_type, value)
    except NotOfType as error:
        raise _Refused(subject + error.reason) from None


_READERS: dict[str, tuple[str, frozenset[ValueType], _Read]] = {
    "min": ("min", _NUMERIC, _bound),
    "max": ("max", _NUMERIC, _bound),
    "exclusiveMin": ("exclusive_min", _NUMERIC, _bound),
    "exclusiveMax": ("exclusive_max", _NUMERIC, _bound),
    "multipleOf": ("multiple_of", _NUMERIC, _step),
    "minLength": ("min_length", _TEXT, _length),
    "maxLength": ("max_length", _TEXT, _length),
    "pattern": ("pattern", _TEXT, _pattern),
    "format": ("format", _TEXT, _format),
    "enum": ("enum", _LISTED, _enum),
    "required": ("required", frozenset(ValueType), _required),
    "schema": ("schema_text", frozenset({ValueType.JSON}), _schema),
}
