"""The five fields of a crontab line."""

import re
from typing import NamedTuple

_STEP = re.compile(r"(?P<range>[^/]+)/(?P<step>[1-9][0-9]{0,2})")
_NUMBER = re.compile(r"[0-9]{1,2}")


class _Field(NamedTuple):
    low: int
    high: int
    names: tuple[str, ...] = ()


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    _Field(0, 59),
    _Field(0, 23),
    _Field(1, 31),
    _Field(1, 12, _MONTHS),
    _Field(0, 7, _WEEKDAYS),
)


def is_cron(text: str) -> bool:
    """Whether `text` is minute, hour, day of month, month and day of week, spaces between.

    Each is a comma list of `*`, a number, or a range `low-high`; `*` and ranges may take a step
    (`*/15`). Months and weekdays may be named (`MON`), 0 and 7 are Sunday. No seconds, no
    `@daily`, no `?`, `L`, `W` or `#`: schedulers disagree about those.
    """
    parts = re.split(" +", text)
    return len(parts) == len(_FIELDS) and all(
        _is_item(item, field)
        for part, field in zip(parts, _FIELDS, strict=True)
        for item in part.split(",")
    )


def _is_item(item: str, field: _Field) -> bool:
    step = _STEP.fullmatch(item)
    if step is None:
        return _is_range(item, field) or _number(item, field) is not None
    return _is_range(step["range"], field) and int(step["step"]) <= field.high


def _is_range(text: str, field: _Field) -> bool:
    if text == "*":
        return True
    low, dash, high = text.partition("-")
    first, last = _number(low, field), _number(high, field)
    return bool(dash) and first is not None and last is not None and first <= last


def _number(text: str, field: _Field) -> int | None:
    """What a number or name stands for, None if it does not belong into the field."""
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.low
    if not _NUMBER.fullmatch(text) or not field.low <= int(text) <= field.high:
        return None
    return int(text)
