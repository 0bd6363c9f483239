"""What pydantic found wrong with a request, as violations that never quote what was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from trimtab_server.kernel.secrets import scan_text
from trimtab_server.kernel.violation import Violation

# These put a piece of the input, or whatever text an exception had, into their message.
_QUOTING = frozenset(
    {
        "assertion_error",
        "bytes_invalid_encoding",
        "get_attribute_error",
        "iteration_error",
        "mapping_type",
        "union_tag_invalid",
        "url_parsing",
        "url_syntax_violation",
        "uuid_parsing",
        "value_error",
    }
)
_PARAMETERS = frozenset({"query", "path", "header", "cookie"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}", re.ASCII)
_NOT_NAMED = "(unnamed)"


def violations_of(errors: Iterable[Mapping[str, Any]]) -> tuple[Violation, ...]:
    """Violations of the request's form from the `errors()` of FastAPI or of a pydantic model.

    `pointer` is a JSON pointer (RFC 6901) into the body; "" for a parameter, which the message
    names instead. `rule` is pydantic's stable error type with `-` for `_`.
    """
    return tuple(_violation(error) for error in errors)


def _violation(error: Mapping[str, Any]) -> Violation:
    location: tuple[str | int, ...] = tuple(error["loc"])
    source = str(location[0]) if location else ""
    rule = str(error["type"]).replace("_", "-")
    if source in _PARAMETERS:
        name = ".".join(_shown(part) for part in location[1:])
        return Violation("", None, rule, f"{source} parameter `{name}`: {_message(error)}")
    inside = location[1:] if source == "body" else location
    pointer = "".join(f"/{_escaped(_shown(part))}" for part in inside)
    place = f"`{pointer}`" if pointer else "the body"
    return Violation(pointer, None, rule, f"{place}: {_message(error)}")


def _message(error: Mapping[str, Any]) -> str:
    """Pydantic's own sentence where it cannot hold input; a custom error's sentence is ours."""
    kind = str(error["type"])
    return "is not valid" if kind in _QUOTING else _lowered(str(error["msg"]))


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _shown(part: str | int) -> str:
    """Names come from the caller too; one that is not plainly a name is not repeated."""
    if isinstance(part, int):
        return str(part)
    return part if _PLAIN_NAME.fullmatch(part) and scan_text(part) is None else _NOT_NAMED


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
