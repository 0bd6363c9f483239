"""The value types: text → value, decoded JSON → value, value ↔ canonical text.

One truth table decides (`contract/value_cases.json`). Nothing is coerced: what does not have the
form of its type is refused.
"""

import json
import math
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias, cast

from .strict_json import (
    MAX_DEPTH,
    MalformedJson,
    has_unstorable_text,
    is_deeper_than,
    parse_json,
)

Value: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any]

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader holds exactly (RFC 8259, section 6)."""

# "007" is usually an identifier, and losing its zeros would be a coercion: no leading zeros.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MAX_INTEGER_DIGITS = 17


class ValueType(StrEnum):
    """What a setting's values are."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ENUM = "enum"
    JSON = "json"


class NotOfType(ValueError):
    """The text or value does not have the form of its type.

    `rule` is `type`, `empty`, `range`, `characters` or a rule of `strict_json`;
    `reason` is a predicate that never repeats the value.
    """

    def __init__(self, value_type: ValueType, reason: str, rule: str = "type") -> None:
        super().__init__(f"{reason} ({value_type})")
        self.value_type = value_type
        self.reason = reason
        self.rule = rule


def parse_text(value_type: ValueType, text: str) -> Value:
    """Read a value as an environment file or a command line writes it."""
    if text == "" and value_type is not ValueType.STRING:
        raise NotOfType(value_type, "must not be empty: only a string may be", "empty")
    return check_type(value_type, _TEXT_READERS[value_type](text))


def check_type(value_type: ValueType, value: object) -> Value:
    """Check a decoded JSON value and give its normal form: a number is a float, never -0.0.

    A boolean is no integer, and neither is 1.0.
    """
    return _CHECKS[value_type](value)


def canonical_text(value: Value) -> str:
    """The one JSON text of a value: sorted keys, no spaces, nothing escaped that need not be."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def from_canonical_text(text: str) -> Value:
    """The value of a canonical text; only for text that `canonical_text` wrote."""
    return cast(Value, json.loads(text))


def _read_integer(text: str) -> object:
    if not _INTEGER.fullmatch(text):
        raise NotOfType(ValueType.INTEGER, _NO_INTEGER)
    if len(text) > _MAX_INTEGER_DIGITS:
        raise NotOfType(ValueType.INTEGER, _OUT_OF_RANGE, "range")
    return int(text)


def _read_number(text: str) -> object:
    if not _NUMBER.fullmatch(text):
        raise NotOfType(ValueType.NUMBER, "must be a decimal number such as 3, -0.5 or 1e-3")
    value = float(text)
    if value == 0.0 and re.split("[eE]", text)[0].strip("-0."):
        raise NotOfType(ValueType.NUMBER, "is too close to zero for a number", "range")
    return value


def _read_boolean(text: str) -> object:
    if text not in ("true", "false"):
        raise NotOfType(ValueType.BOOLEAN, "must be exactly true or false")
    return text == "true"


def _read_json(text: str) -> object:
    try:
        return parse_json(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise NotOfType(ValueType.JSON, _BAD_CHARACTERS, "characters") from None
    except MalformedJson as error:
        raise NotOfType(ValueType.JSON, error.reason, error.rule) from None


def _check_integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotOfType(ValueType.INTEGER, _NO_INTEGER)
    if abs(value) > MAX_INTEGER:
        raise NotOfType(ValueType.INTEGER, _OUT_OF_RANGE, "range")
    return value


def _check_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotOfType(ValueType.NUMBER, "must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise NotOfType(ValueType.NUMBER, "must be a finite number a float can hold", "range")
    return number or 0.0  # -0.0 is 0.0: equal values must have one canonical text


def _check_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise NotOfType(ValueType.BOOLEAN, "must be true or false")
    return value


def _check_string(value: object, value_type: ValueType = ValueType.STRING) -> str:
    if not isinstance(value, str):
        raise NotOfType(value_type, "must be a string")
    if has_unstorable_text(value):
        raise NotOfType(value_type, _BAD_CHARACTERS, "characters")
    return value


def _check_enum(value: object) -> str:
    if value == "":
        raise NotOfType(ValueType.ENUM, "must not be empty: only a string may be", "empty")
    return _check_string(value, ValueType.ENUM)


def _check_json(value: object) -> list[Any] | dict[str, Any]:
    if not isinstance(value, (list, dict)):
        raise NotOfType(ValueType.JSON, "must be a JSON object or list")
    if is_deeper_than(value, MAX_DEPTH):
        raise NotOfType(ValueType.JSON, f"is nested deeper than {MAX_DEPTH} levels", "depth")
    _check_json_nodes(value)
    return value


def _check_json_nodes(value: object) -> None:
    nodes = [value]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            _check_json_keys(node)
            nodes.extend(node.values())
        elif isinstance(node, list):
            nodes.extend(node)
        else:
            _check_json_scalar(node)


def _check_json_keys(node: dict[Any, Any]) -> None:
    if not all(isinstance(key, str) for key in node):
        raise NotOfType(ValueType.JSON, "has an object key that is no string")
    if any(has_unstorable_text(key) for key in node):
        raise NotOfType(ValueType.JSON, _BAD_CHARACTERS, "characters")


def _check_json_scalar(node: object) -> None:
    if isinstance(node, str):
        if has_unstorable_text(node):
            raise NotOfType(ValueType.JSON, _BAD_CHARACTERS, "characters")
    elif isinstance(node, float):
        if not math.isfinite(node):
            raise NotOfType(ValueType.JSON, "has NaN or Infinity", "number")
    elif isinstance(node, int):
        if abs(node) > MAX_INTEGER:
            raise NotOfType(ValueType.JSON, f"has an integer beyond ±{MAX_INTEGER}", "range")
    elif node is not None:
        raise NotOfType(ValueType.JSON, "has something JSON does not know")


_NO_INTEGER = "must be an integer in decimal digits, such as 0 or -12"
_OUT_OF_RANGE = f"must lie within ±{MAX_INTEGER}"
_BAD_CHARACTERS = "contains NUL or half a surrogate pair"

_TEXT_READERS: dict[ValueType, Callable[[str], object]] = {
    ValueType.STRING: lambda text: text,
    ValueType.INTEGER: _read_integer,
    ValueType.NUMBER: _read_number,
    ValueType.BOOLEAN: _read_boolean,
    ValueType.ENUM: lambda text: text,
    ValueType.JSON: _read_json,
}
_CHECKS: dict[ValueType, Callable[[object], Value]] = {
    ValueType.STRING: _check_string,
    ValueType.INTEGER: _check_integer,
    ValueType.NUMBER: _check_number,
    ValueType.BOOLEAN: _check_boolean,
    ValueType.ENUM: _check_enum,
    ValueType.JSON: _check_json,
}
