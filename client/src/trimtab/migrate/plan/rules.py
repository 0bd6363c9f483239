"""Rules of a setting, checked before a server is asked; the server judges again, and more.

`pattern`, `format` and `schema` are left to it: they need its engines and grammars. What is wrong
is said as a predicate: "must be a number".
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from trimtab.value_types import NotOfType, Value, ValueType, check_type

_NUMBERS = frozenset({ValueType.INTEGER, ValueType.NUMBER})
_TEXTS = frozenset({ValueType.STRING})
_FITS: dict[str, frozenset[ValueType]] = {
    "min": _NUMBERS, "max": _NUMBERS, "exclusiveMin": _NUMBERS, "exclusiveMax": _NUMBERS,
    "multipleOf": _NUMBERS, "minLength": _TEXTS, "maxLength": _TEXTS, "pattern": _TEXTS,
    "format": _TEXTS, "enum": _NUMBERS | {ValueType.STRING, ValueType.ENUM},
    "required": frozenset(ValueType), "schema": frozenset({ValueType.JSON}),
}  # fmt: skip
_FORMATS = ("bytes", "cron", "duration", "email", "hostname", "timezone", "uri")
_LONGEST = 64 * 1024
_MOST_MEMBERS = 1000


def rule_faults(store_type: ValueType, rules: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What is wrong with the rules themselves: each rule's name and a predicate."""
    for name, rule in rules.items():
        if name not in _FITS:
            yield name, f"is no rule: there are {', '.join(_FITS)}"
        elif store_type not in _FITS[name]:
            yield name, f"is no rule for the type {store_type}"
        elif fault := _fault_of(store_type, name, rule):
            yield name, fault
    if store_type is ValueType.ENUM and "enum" not in rules:
        yield "enum", "is missing: the type enum needs the list of its members"


def broken_rules(rules: Mapping[str, object], value: Value) -> Iterator[tuple[str, str]]:
    """The rules that `value` breaks: each name and a predicate; the rules must be faultless."""
    for name, rule in rules.items():
        if name in _CHECKS:
            holds, wanted = _CHECKS[name]
            if not holds(rule, value):
                yield name, f"must {wanted} {_shown(rule)}"


def _fault_of(store_type: ValueType, name: str, rule: object) -> str | None:
    try:
        match name:
            case "min" | "max" | "exclusiveMin" | "exclusiveMax" | "multipleOf":
                bound = check_type(store_type, rule)
                return None if name != "multipleOf" or float(str(bound)) > 0 else "must be above 0"
            case "minLength" | "maxLength":
                length = int(str(check_type(ValueType.INTEGER, rule)))
                return None if 0 <= length <= _LONGEST else f"must lie between 0 and {_LONGEST}"
            case "enum":
                return _fault_of_members(store_type, rule)
            case "format":
                return None if rule in _FORMATS else f"must be one of {', '.join(_FORMATS)}"
            case "schema":
                return None if isinstance(rule, dict) else "must be a JSON Schema"
            case "pattern":
                check_type(ValueType.STRING, rule)
            case _:
                check_type(ValueType.BOOLEAN, rule)
    except NotOfType as error:
        return error.reason
    return None


def _fault_of_members(store_type: ValueType, rule: object) -> str | None:
    if not isinstance(rule, list) or not 1 <= len(rule) <= _MOST_MEMBERS:
        return f"must be a list of 1 to {_MOST_MEMBERS} allowed values"
    members = [check_type(store_type, member) for member in rule]
    twice = len(set(map(str, members))) < len(members)
    return "has the same member twice" if twice else None


def _size(value: object) -> int:
    return value if isinstance(value, int) else len(str(value))


def _exact(value: object) -> Fraction:
    return Fraction(str(value))


Holds = Callable[[object, Value], bool]
_CHECKS: dict[str, tuple[Holds, str]] = {
    "min": (lambda rule, value: _exact(value) >= _exact(rule), "be at least"),
    "max": (lambda rule, value: _exact(value) <= _exact(rule), "be at most"),
    "exclusiveMin": (lambda rule, value: _exact(value) > _exact(rule), "be more than"),
    "exclusiveMax": (lambda rule, value: _exact(value) < _exact(rule), "be less than"),
    "multipleOf": (lambda rule, value: _exact(value) % _exact(rule) == 0, "be a multiple of"),
    "minLength": (lambda rule, value: len(str(value)) >= _size(rule), "be at least this long:"),
    "maxLength": (lambda rule, value: len(str(value)) <= _size(rule), "be at most this long:"),
    "enum": (lambda rule, value: isinstance(rule, list) and value in rule, "be one of"),
}


def _shown(rule: object) -> str:
    return ", ".join(map(str, rule)) if isinstance(rule, list) else str(rule)
