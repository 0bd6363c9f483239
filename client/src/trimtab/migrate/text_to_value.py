"""The text of an env file as a value of the store, more forgiving than the store itself."""

import json
import math
import re
from dataclasses import dataclass

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_LARGEST_INTEGER = 2**53 - 1


class NoSuchValue(Exception):
    """The text is no value of the type; the message says so without the text."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A value, and what a person should know about how it was read."""

    value: object
    note: str = ""


def text_to_value(store_type: str, text: str) -> Converted:
    """`text` as a `store_type` of the store; raises NoSuchValue.

    Beside the store's own truth table the migration accepts `True`, `yes`, `on` and `1` for
    true, and says so.
    """
    match store_type:
        case "boolean":
            return _boolean(text)
        case "integer":
            return _integer(text)
        case "number":
            return _number(text)
        case "json":
            return _json(text)
    return Converted(text)


def _boolean(text: str) -> Converted:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise NoSuchValue("its text is neither true nor false")
    note = "" if text in {"true", "false"} else f"it is spelled {text.strip()} in the file"
    return Converted(word in _TRUE, note)


def _integer(text: str) -> Converted:
    if not _INTEGER.fullmatch(text.strip()) or abs(int(text)) > _LARGEST_INTEGER:
        raise NoSuchValue("its text is no whole number in the store's notation")
    return Converted(int(text))


def _number(text: str) -> Converted:
    if not _NUMBER.fullmatch(text.strip()) or not math.isfinite(float(text)):
        raise NoSuchValue("its text is no number in the store's notation")
    return Converted(float(text))


def _json(text: str) -> Converted:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NoSuchValue("its text is no JSON") from None
    if not isinstance(value, dict | list):
        raise NoSuchValue("its text is JSON, but neither an object nor a list")
    return Converted(value)
