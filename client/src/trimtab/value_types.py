"""The value types, as this library reads and writes them.

Text from an env file or a command line becomes a typed value by one published truth table
(`contract/value_cases.json`, which the server obeys too). Nothing is coerced: what does not have
the form of its type is refused.
"""

import json
import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Never, TypeAlias, cast

from trimtab.errors import TrimtabError

Value: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any]

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader holds exactly (RFC 8259, section 6)."""

MAX_DEPTH = 32
"""How many lists and objects of a json value may lie inside each other."""

_DIGITS = frozenset("0123456789")


class ValueType(StrEnum):
    """What a setting's values are."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    JSON = "json"


class NotOfType(TrimtabError):
    """The text or value does not have the form of its type."""

    code = "not-of-type"

    def __init__(self, value_type: ValueType, reason: str, rule: str = "type") -> None:
        self.value_type = value_type
        self.reason = reason  # a predicate: "must be exactly true or false"
        self.rule = rule
        super().__init__(f"A value of type {value_type} {reason}.")


def parse_text(value_type: ValueType, text: str) -> Value:
    """The value that `text`, as it stands in an env file, means for a setting of this type.

    Raises:
        NotOfType: it means none; `reason` says what would be right.
    """
    if not text and value_type is not ValueType.STRING:
        raise NotOfType(value_type, "must not be empty: only a string may be", "empty")
    match value_type:
        case ValueType.INTEGER:
            return check_type(value_type, _integer_of(text))
        case ValueType.NUMBER:
            return check_type(value_type, _number_of(text))
        case ValueType.BOOLEAN if text in {"true", "false"}:
            return text == "true"
        case ValueType.BOOLEAN:
            raise NotOfType(value_type, "must be exactly true or false")
        case ValueType.JSON:
            return check_type(value_type, _json_of(text))
        case _:
            return check_type(value_type, text)


def check_type(value_type: ValueType, value: object) -> Value:
    """A decoded JSON value in the normal form of its type: a number is a float, never -0.0.

    Raises:
        NotOfType: it is not of that type; a boolean is no integer, and neither is 1.0.
    """
    if value_type is ValueType.BOOLEAN:
        if not isinstance(value, bool):
            raise NotOfType(value_type, "must be true or false")
        return value
    if value_type is ValueType.INTEGER:
        return _checked_integer(value)
    if value_type is ValueType.NUMBER:
        return _checked_number(value)
    if value_type is ValueType.JSON:
        if not isinstance(value, (dict, list)):
            raise NotOfType(value_type, "must be a JSON object or list")
        _check_node(value, MAX_DEPTH)
        return value
    return _checked_text(value_type, value)


def canonical_text(value: Value) -> str:
    """The one JSON text of a value: sorted keys, no spaces, nothing escaped that need not be."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def as_text(value: object) -> str:
    """The text that stands for a value in an env file or a variable, without quotes, as exports
    write it; JSON on one line."""
    return value if isinstance(value, str) else canonical_text(cast(Value, value))


def from_canonical_text(text: str) -> Value:
    """The value of a canonical text; only for text that `canonical_text` wrote."""
    return cast(Value, json.loads(text))


def _integer_of(text: str) -> int:
    if not _is_whole(text.removeprefix("-")):
        raise NotOfType(ValueType.INTEGER, "must be an integer in decimal digits, such as 0 or -12")
    # int() refuses thousands of digits with an error of its own; 20 are too many already.
    return int(text[:20])


def _number_of(text: str) -> float:
    plain = text.replace("E", "e")
    mantissa, has_exponent, exponent = plain.partition("e")
    whole, has_fraction, fraction = mantissa.removeprefix("-").partition(".")
    well_formed = (
        _is_whole(whole)
        and (not has_fraction or _is_digits(fraction))
        and (not has_exponent or _is_digits(exponent[1:] if exponent[:1] in "+-" else exponent))
    )
    if not well_formed:
        reason = "must be a decimal number such as 3, -0.5 or 1e-3"
        raise NotOfType(ValueType.NUMBER, reason)
    number = float(plain)
    if number == 0 and any(digit not in "0." for digit in whole + fraction):
        raise NotOfType(ValueType.NUMBER, "is too close to zero for a number", "range")
    return number


def _is_whole(text: str) -> bool:
    # "007" is usually an identifier; losing its zeros would be a coercion.
    return _is_digits(text) and (text == "0" or text[0] != "0")


def _is_digits(text: str) -> bool:
    return bool(text) and _DIGITS.issuperset(text)


def _checked_integer(value: object) -> int:
    if type(value) is not int:
        raise NotOfType(ValueType.INTEGER, "must be an integer in decimal digits, such as 0 or -12")
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise NotOfType(ValueType.INTEGER, f"must lie within ±{MAX_INTEGER}", "range")
    return value


def _checked_number(value: object) -> float:
    if type(value) is not int and type(value) is not float:
        raise NotOfType(ValueType.NUMBER, "must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        reason = "must be a finite number a float can hold"
        raise NotOfType(ValueType.NUMBER, reason, "range")
    return number + 0.0  # which makes 0.0 of -0.0


def _checked_text(value_type: ValueType, value: object) -> str:
    if not isinstance(value, str):
        raise NotOfType(value_type, "must be a string")
    if not value and value_type is ValueType.ENUM:
        raise NotOfType(value_type, "must not be empty: only a string may be", "empty")
    _check_characters(value_type, value)
    return value


def _check_characters(value_type: ValueType, text: str) -> None:
    try:
        unfit = b"\x00" in text.encode("utf-8")
    except UnicodeEncodeError:
        unfit = True
    if unfit:
        raise NotOfType(value_type, "contains NUL or half a surrogate pair", "characters")


def _json_of(text: str) -> object:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object_of,
            parse_constant=_no_constant,
            parse_float=_float_of,
            parse_int=_int_of,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotOfType(ValueType.JSON, f"is not JSON at {where}", "syntax") from None
    except RecursionError:
        raise _too_deep() from None


def _object_of(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in members:
        if name in found:
            reason = "has the same key twice in one object"
            raise NotOfType(ValueType.JSON, reason, "duplicate-key")
        found[name] = value
    return found


def _no_constant(_: str) -> Never:
    raise NotOfType(ValueType.JSON, "has NaN or Infinity, which JSON does not know", "number")


def _float_of(text: str) -> float:
    try:
        number = _number_of(text)
    except NotOfType:
        number = math.inf
    if math.isinf(number):
        reason = "has a number outside what a float can hold"
        raise NotOfType(ValueType.JSON, reason, "number")
    return number


def _int_of(text: str) -> int:
    return int(text[:20])  # the range check refuses what is longer


def _check_node(node: object, depth: int) -> None:
    if isinstance(node, str):
        _check_characters(ValueType.JSON, node)
    elif isinstance(node, (dict, list)):
        if depth == 0:
            raise _too_deep()
        _check_inner(_parts(node), depth - 1)
    elif isinstance(node, float):
        if not math.isfinite(node):
            raise NotOfType(ValueType.JSON, "has NaN or Infinity", "number")
    elif isinstance(node, int):
        if not -MAX_INTEGER <= node <= MAX_INTEGER:
            reason = f"has an integer beyond ±{MAX_INTEGER}"
            raise NotOfType(ValueType.JSON, reason, "range")
    elif node is not None:
        raise NotOfType(ValueType.JSON, "has something JSON does not know")


def _check_inner(parts: Iterable[object], depth: int) -> None:
    for part in parts:
        _check_node(part, depth)


def _parts(node: dict[Any, Any] | list[Any]) -> Iterable[object]:
    if isinstance(node, list):
        return node
    if not all(isinstance(name, str) for name in node):
        raise NotOfType(ValueType.JSON, "has an object key that is no string")
    return [*node, *node.values()]


def _too_deep() -> NotOfType:
    return NotOfType(ValueType.JSON, f"is nested deeper than {MAX_DEPTH} levels", "depth")
