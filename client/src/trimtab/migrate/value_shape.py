"""What a value looks like, from its text alone."""

import json
import re
from collections.abc import Callable
from enum import StrEnum


class Shape(StrEnum):
    """The first that fits, in this order."""

    EMPTY = "empty"
    NOTHING = "a word for nothing"
    PLACEHOLDER = "a placeholder"
    TRUE = "true"
    FALSE = "false"
    BIT = "0 or 1"
    SWITCH = "enabled or disabled"
    INTEGER = "a whole number"
    NUMBER = "a number"
    JSON_OBJECT = "a JSON object"
    JSON_LIST = "a JSON list"
    PEM = "a PEM block"
    URL_WITH_PASSWORD = "a URL with a password"  # noqa: S105  a description
    URL = "a URL"
    MAILBOX = "a name with an e-mail address"
    EMAIL = "an e-mail address"
    UUID = "a UUID"
    DURATION = "a length of time with its unit"
    BYTES = "a size with its unit"
    CRON = "a cron expression"
    PATH = "a path"
    HOST = "a host"
    RANDOM = "random characters"
    LIST = "a list with commas"
    PROSE = "several words"
    TEXT = "text"


def shape_of(text: str) -> Shape:
    """The shape of a value's text; looks at the first 4,096 characters only."""
    text = text.strip()[:4096]
    for shape, fits in _TESTS:
        if fits(text):
            return shape
    return Shape.TEXT


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: compiled.fullmatch(text) is not None


_PLACEHOLDER = re.compile(
    r"(<[^<>]*>|\[[a-z _-]+\]|\{\{.*\}\}|x{3,}|\*{3,}.*|\.{3}|-{3,}|\?{2,}|_{2,}\w+_{2,}|"
    r"(please[-_ ]?)?(change|replace)([-_ ]?(me|this|it|in|with|it now)\b.*|d|me[-_ ].*)?|"
    r"(your|my|insert|enter|put|add|fill|replace|replace_?me|some|set|paste)[-_ ].*|"
    r"todo.*|tbd|n/a|fixme.*|placeholder.*|dummy.*|redacted|secret|password|"
    r"(your|my)[a-z]*(key|token|secret|password|id|name|bucket|domain).*|"
    r".*[-_ ](here|placeholder|changeme|change[-_]?me)|.*\byour[-_]\w+.*|.*<your.*)",
    re.IGNORECASE | re.DOTALL,
)
_HOST = (
    r"localhost|(\d{1,3}\.){3}\d{1,3}(/\d{1,2})?|[0-9a-f:]*::[0-9a-f:]*|"
    r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}|[a-z0-9.-]*:\d{2,5}(:\d+)?"
)
_FILE_NAME = re.compile(
    r"[\w.-]+\.(env|json|ya?ml|toml|ini|conf|cfg|pem|crt|key|log|db|sqlite3?|pickle|sock|sh|py|js|"
    r"txt|xml|csv|html|p12|pfx|pub|lock|php|ts|svg|png|jpg|ico)",
    re.IGNORECASE,
)


def _is_placeholder(text: str) -> bool:
    return len(text) <= 200 and "://" not in text and _PLACEHOLDER.fullmatch(text) is not None


def _is_json(text: str, kind: type) -> bool:
    try:
        return isinstance(json.loads(text), kind)
    except (ValueError, RecursionError):
        return False


def _is_json_object(text: str) -> bool:
    looks = text.startswith("{") and text.endswith("}") and ":" in text and '"' in text
    return _is_json(text, dict) or looks


def _is_json_list(text: str) -> bool:
    return text.startswith("[") and text.endswith("]") and _is_json(text, list)


_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S*|jdbc:\S+://\S*", re.IGNORECASE)
_USER_INFO = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@:]*:[^/\s@]+@.*", re.IGNORECASE)


def _is_path(text: str) -> bool:
    if re.fullmatch(r"(~|\.{1,2})?/[^\s,]*|[A-Za-z]:\\.*", text):
        return not text.startswith("//")
    if "/" in text and not re.search(r"\s|,|://", text):
        last = text.rstrip("/").rpartition("/")[2]
        return text.endswith("/") or _FILE_NAME.fullmatch(last) is not None
    return _FILE_NAME.fullmatch(text) is not None


def _is_random(text: str) -> bool:
    if len(text) < 20 or not re.fullmatch(r"[A-Za-z0-9+/=_.~-]+", text):
        return False
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    digits = sum(character.isdigit() for character in text)
    wordy = len(re.findall(r"[A-Za-z]{3,}", text))
    hexadecimal = re.fullmatch(r"[0-9a-fA-F]{32,}", text) is not None
    return hexadecimal or (kinds == 3 and digits >= 3 and wordy * 5 < len(text) and "/" not in text)


def _is_list(text: str) -> bool:
    items = [item.strip() for item in text.strip("[] ").split(",")]
    while items and not items[-1]:
        items.pop()
    return len(items) > 1 and all(item and len(item.split()) == 1 for item in items)


def _is_cron(text: str) -> bool:
    fields = text.split()
    pattern = r"[\d*/,?LW#-]+|[A-Za-z]{3}([-,][A-Za-z]{3})*"
    star = any(not field.isdigit() for field in fields)
    return (
        len(fields) in {5, 6} and star and all(re.fullmatch(pattern, field) for field in fields)
    ) or re.fullmatch(r"@(hourly|daily|weekly|monthly|yearly|annually|every .+)", text) is not None


_TESTS: tuple[tuple[Shape, Callable[[str], bool]], ...] = (
    (Shape.EMPTY, lambda text: text == ""),
    (Shape.NOTHING, _matches(r"null|none|nil|undefined|\(null\)|nan|empty|unset")),
    (Shape.PLACEHOLDER, _is_placeholder),
    (Shape.TRUE, _matches(r"true|yes|on")),
    (Shape.FALSE, _matches(r"false|no|off")),
    (Shape.SWITCH, _matches(r"enabled?|disabled?")),
    (Shape.BIT, _matches(r"[01]")),
    (Shape.INTEGER, _matches(r"-?\d{1,15}")),
    (Shape.NUMBER, _matches(r"-?(\d+\.\d*|\.\d+|\d+e[+-]?\d+)")),
    (Shape.JSON_OBJECT, _is_json_object),
    (Shape.JSON_LIST, _is_json_list),
    (Shape.PEM, lambda text: text.startswith("-----BEGIN ")),
    (Shape.URL_WITH_PASSWORD, lambda text: _USER_INFO.fullmatch(text) is not None),
    (Shape.URL, lambda text: _URL.fullmatch(text) is not None and "," not in text.split("?")[0]),
    (Shape.MAILBOX, _matches(r"[^@<>]*<[^@\s<>]+@[^@\s<>]+>")),
    (Shape.EMAIL, _matches(r"[^@\s,:/<>]+@[^@\s,:/<>]+")),
    (Shape.UUID, _matches(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    (
        Shape.DURATION,
        _matches(
            r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w))+|"
            r"\d+ ?(s|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?|months?|years?)|"
            r"PT?\d+[\dDHMS]*"
        ),
    ),
    (Shape.BYTES, _matches(r"\d+(\.\d+)? ?([kmgt]i?b?|bytes)")),
    (Shape.CRON, _is_cron),
    (Shape.PATH, _is_path),
    (Shape.TEXT, _matches(r"\d{1,2}:\d{2}(:\d{2})?")),
    (Shape.HOST, _matches(_HOST)),
    (Shape.RANDOM, _is_random),
    (Shape.LIST, _is_list),
    (Shape.PROSE, lambda text: len(text.split()) > 1),
)
