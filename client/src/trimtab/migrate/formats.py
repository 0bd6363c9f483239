"""Named forms of text, told strictly: what passes here also passes in the store."""

import re
from collections.abc import Callable
from zoneinfo import available_timezones

_COUNT = r"(?:0|[1-9][0-9]{0,8})"
_DURATION = re.compile(
    rf"(?=[0-9])(?:{_COUNT}d)?(?:{_COUNT}h)?(?:{_COUNT}m)?(?:{_COUNT}s)?(?:{_COUNT}ms)?", re.ASCII
)
_BYTES = re.compile(r"(?:0|[1-9][0-9]{0,14})(?:B|[kKMGTP]B|[KMGTP]iB)", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*://(?:{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    rf"(?:[/?]{_PATH})?(?:#{_PATH})?",
    re.ASCII,
)
_CRON_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_ITEM = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?", re.ASCII)
_LONGEST = 1_000


def suits_format(name: str, text: str) -> bool:
    """Whether `text` certainly has the form called `name` in the store's rules."""
    return name in _CHECKS and len(text) <= _LONGEST and _CHECKS[name](text)


def _is_uri(text: str) -> bool:
    match = _URI.fullmatch(text)
    return match is not None and int(match["port"] or 1) <= 65535


def _is_cron(text: str) -> bool:
    parts = text.split(" ")
    return len(parts) == len(_CRON_FIELDS) and all(
        _is_cron_item(item, *field)
        for part, field in zip(parts, _CRON_FIELDS, strict=True)
        for item in part.split(",")
    )


def _is_cron_item(item: str, low: int, high: int) -> bool:
    match = _CRON_ITEM.fullmatch(item)
    if match is None:
        return False
    first, last, step = match.groups()
    if step and (int(step) > high or (first and not last)):
        return False
    numbers = [int(number) for number in (first, last) if number]
    return numbers == sorted(numbers) and all(low <= number <= high for number in numbers)


_CHECKS: dict[str, Callable[[str], bool]] = {
    "bytes": lambda text: _BYTES.fullmatch(text) is not None,
    "cron": _is_cron,
    "duration": lambda text: bool(text) and _DURATION.fullmatch(text) is not None,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "hostname": lambda text: len(text) <= 253 and _HOSTNAME.fullmatch(text) is not None,
    "timezone": lambda text: text in available_timezones() - {"localtime", "Factory"},
    "uri": _is_uri,
}
