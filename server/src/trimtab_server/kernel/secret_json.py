"""The names and strings inside a JSON value, each with its JSON pointer (RFC 6901)."""

import json
from collections.abc import Iterator
from typing import NamedTuple


class Member(NamedTuple):
    """A string inside a JSON value. `name` is that of its nearest object member, "" if none."""

    pointer: str
    name: str
    text: str


def decode_json(text: str) -> object | None:
    """The object or list that a text spells, or None."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def strings_in(value: object) -> Iterator[Member]:
    """Yield every string of a JSON value, breadth first; a member's name at its parent's pointer.

    The name goes before what it names, so no pointer holds a name that has not been yielded.
    """
    waiting: list[tuple[str, str, object]] = [("", "", value)]
    for pointer, name, inner in waiting:
        if isinstance(inner, str):
            yield Member(pointer, name, inner)
        elif isinstance(inner, dict):
            for member, child in inner.items():
                yield Member(pointer, "", member)
                waiting.append((f"{pointer}/{_escaped(member)}", member, child))
        elif isinstance(inner, list):
            waiting.extend((f"{pointer}/{at}", name, child) for at, child in enumerate(inner))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
