"""Values in words: as a program reads them back, and as a person tells them apart."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from trimtab.admin import Entity
from trimtab.errors import TrimtabError
from trimtab.value_types import NotOfType, ValueType, as_text, check_type, parse_text

LONGEST_SHOWN = 200


def shown(value: object) -> str:
    """The value for a person: `-` for none, quotes where blanks would mislead, never a novel."""
    if value is None:
        return "-"
    text = as_text(value)
    if isinstance(value, str) and (text != text.strip() or text in {"", "-"} or "\n" in text):
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}... ({len(text)} long)"


def shown_rules(rules: Mapping[str, Any]) -> str:
    """Rules in one phrase: `min 0, max 1`, `one of a | b`."""
    return ", ".join(
        f"{'one of' if name == 'enum' else name} {_rule(value)}" for name, value in rules.items()
    )


class BadValue(TrimtabError):
    """A value that the setting's type does not allow."""

    code = "bad-value"


def typed(entity: Entity, text: str) -> object:
    """The text as a value of the setting's type; raises BadValue naming key and type."""
    if entity.is_secret:  # it holds a reference, which is text whatever the type
        return text
    return typed_as(entity.key, entity.type, text)


def typed_as(key: str, type_name: str, text: str) -> object:
    """The text as a value of a type; raises BadValue naming key, type and what is right."""
    with _naming(key):
        return parse_text(ValueType(type_name), text)


def checked(key: str, type_name: str, value: object) -> object:
    """A decoded JSON value in the normal form of a type; raises BadValue likewise."""
    with _naming(key):
        return check_type(ValueType(type_name), value)


def same(left: object, right: object) -> bool:
    """Whether two values are one and the same: `1`, `1.0` and `true` are not."""
    return as_text(left) == as_text(right) and isinstance(left, str) == isinstance(right, str)


@contextmanager
def _naming(key: str) -> Iterator[None]:
    try:
        yield
    except NotOfType as error:
        raise BadValue(f"{key} {error.reason} (its type is {error.value_type}).") from None


def _rule(value: object) -> str:
    if isinstance(value, list):
        return " | ".join(map(as_text, value))
    return as_text(value)
