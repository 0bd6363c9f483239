"""JSON as RFC 8259 writes it, without what parsers silently forgive."""

import json
import math
import re
from typing import Any, Never

MAX_DEPTH = 32

_ESCAPE = b"\\u"
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class MalformedJson(ValueError):
    """The bytes are not JSON we accept; `rule` names what is wrong, `reason` is a predicate."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


def parse_json(data: bytes, *, max_depth: int = MAX_DEPTH) -> object:
    """Decode one UTF-8 JSON document; integers stay integers.

    Refused with `MalformedJson`: bad UTF-8 (`encoding`), broken grammar (`syntax`), the same key
    twice in one object (`duplicate-key`), NaN, infinities and numbers a float cannot hold
    (`number`), NUL and lone surrogates (`characters`), nesting deeper than `max_depth` (`depth`).
    """
    try:
        value = json.loads(
            _decode(data),
            object_pairs_hook=_unique,
            parse_float=_float,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson("syntax", f"is not JSON at {place}") from None
    except RecursionError:
        raise MalformedJson("depth", f"is nested deeper than {max_depth} levels") from None
    _check_depth(value, max_depth)
    # Raw control characters and encoded surrogates are refused above: only escapes bring them in.
    if _ESCAPE in data and has_unstorable_text(value):
        raise MalformedJson("characters", "contains NUL or half a surrogate pair")
    return value


def has_unstorable_text(value: object) -> bool:
    """Whether any string or object key in a decoded JSON value holds NUL or a lone surrogate."""
    level = [value]
    while level:
        if any(isinstance(node, str) and _NOT_STORABLE.search(node) for node in level):
            return True
        if any(
            _NOT_STORABLE.search(key) for node in level if isinstance(node, dict) for key in node
        ):
            return True
        level = _children(level)
    return False


def is_deeper_than(value: object, max_depth: int) -> bool:
    """Whether a decoded JSON value nests more than `max_depth` lists and objects."""
    level = _containers([value])
    for _ in range(max_depth):
        if not level:
            return False
        level = _containers(_children(level))
    return bool(level)


def _check_depth(value: object, max_depth: int) -> None:
    if is_deeper_than(value, max_depth):
        raise MalformedJson("depth", f"is nested deeper than {max_depth} levels")


def _containers(nodes: list[Any]) -> list[Any]:
    return [node for node in nodes if isinstance(node, (list, dict))]


def _children(nodes: list[Any]) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, dict):
            found.extend(node.values())
        elif isinstance(node, list):
            found.extend(node)
    return found


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson("encoding", f"is not UTF-8 at byte {error.start}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("duplicate-key", "has the same key twice in one object")
    return found


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # more digits than Python converts
        raise MalformedJson("number", "has a number with too many digits") from None


def _float(text: str) -> float:
    value = float(text)
    mantissa = re.split("[eE]", text)[0]
    if math.isinf(value) or (value == 0.0 and mantissa.strip("-0.")):
        raise MalformedJson("number", "has a number outside what a float can hold")
    return value


def _constant(_: str) -> Never:
    raise MalformedJson("number", "has NaN or Infinity, which JSON does not know")
