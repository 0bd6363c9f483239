"""The names and strings inside a JSON value, and where they stand."""

import json
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, cast

Path: TypeAlias = "tuple[Path, str | int] | None"


class Text(NamedTuple):
    """A string inside a JSON value. `name` is its nearest object member's, "" for a name itself."""

    path: Path
    name: str
    text: str


def looks_like_json(text: str) -> bool:
    """Say whether a text begins like a JSON object or list."""
    return text.lstrip()[:1] in ("{", "[")


def decode_json(text: str) -> object | None:
    """The JSON value that a text spells, or None."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):
        return None


def strings_in(value: object) -> Iterator[Text]:
    """Yield every string of a JSON value, level by level; a member's name under its parent's path.

    A name goes before what it names, so no path holds a name that has not been yielded.
    """
    waiting: list[tuple[Path, str, object]] = [(None, "", value)]
    for path, name, inner in waiting:
        if isinstance(inner, str):
            yield Text(path, name, inner)
        elif isinstance(inner, dict):
            for member, child in inner.items():
                yield Text(path, "", member)
                waiting.append(((path, member), member, child))
        elif isinstance(inner, list):
            waiting.extend(((path, at), name, child) for at, child in enumerate(inner))


def pointer_of(path: Path) -> str:
    """The JSON pointer (RFC 6901) that a path spells."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in reversed(steps))
