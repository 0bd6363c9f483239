"""Bounds, units and lengths stated by a comment."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

_LONGEST_COMMENT = 4_000
_NUMBER = r"(-?\d[\d,_]*(?:\.\d+)?)(?!\.?\d)"
_TO = r"\s*(?:-|–|—|to|and|\.\.\.?|through|until)\s*"
_RANGE = re.compile(
    rf"(?:\b(?:between|from|range(?: is| of)?|ranges from|within|valid(?: values?)?|values?|allowed|"
    rf"in the interval|bounds?|must be|should be|accepts)\b\s*(?:are|is|from|between|in)?\s*[:=]?\s*"
    rf"[\[(]?|[(\[]\s*(?:range:?\s*|valid:?\s*|values:?\s*)?|^\s*){_NUMBER}%?{_TO}{_NUMBER}%?",
    re.IGNORECASE,
)
_BARE_RANGE = re.compile(
    rf"(?:^|[,(:;]\s*|\s[-–—]\s*){_NUMBER}%?{_TO}{_NUMBER}%?\s*(?=$|[.;)](?:\s|$))"
)
_BRACKET_RANGE = re.compile(rf"\[\s*{_NUMBER}\s*[,;]\s*{_NUMBER}\s*\]")
_COMPARED_RANGE = re.compile(rf"{_NUMBER}\s*(<=?|≤)\s*(?:\w+)\s*(<=?|≤)\s*{_NUMBER}")
_UNIT = r"\s*(?P<unit>[A-Za-z%]+)?"
_MIN = re.compile(
    r"(?:\bmin(?:imum)?\.?(?: (?:value|allowed|number|of|is|size|length|allowed value))*\s*(?:is|of|:|=)?"
    r"|\bat least|\bno less than|\bnot less than|\bno(?:t)? (?:smaller|lower|fewer) than|>=|≥"
    r"|\bgreater than or equal to|\bnot below|\bnot be below|\blower bound(?: is|:)?|\bstarting (?:at|from))"
    rf"\s*{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_MAX = re.compile(
    r"(?:\bmax(?:imum)?\.?(?: (?:value|allowed|number|of|is|size|length|allowed value))*\s*(?:is|of|:|=)?"
    r"|\bat most|\bno more than|\bnot more than|\bno(?:t)? (?:greater|higher|larger) than|<=|≤"
    r"|\bless than or equal to|\bcapped (?:at|to)|\bcap(?: of|:)|\blimited to|\b(?:can|must|may|should)?\s?not exceed"
    r"|\bnot above|\bupper bound(?: is|:)?|\bup to a maximum of|\bvalues? up to|\bcannot exceed)"
    rf"\s*{_NUMBER}{_UNIT}",
    re.IGNORECASE,
)
_MIN_AFTER = re.compile(
    rf"{_NUMBER}\s*(?:or (?:more|higher|greater|above)|(?:min(?:imum)?)\b)", re.IGNORECASE
)
_MAX_AFTER = re.compile(
    rf"{_NUMBER}\s*(?:or (?:less|fewer|lower|below)|(?:max(?:imum)?)\b)", re.IGNORECASE
)
_ABOVE = re.compile(
    rf"(?:must|should|has to|needs to) be\s+(?:greater|more|higher|larger|bigger) than\s*{_NUMBER}|(?<![<>=-])>\s*{_NUMBER}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"(?:must|should|has to|needs to) be\s+(?:less|lower|smaller|fewer) than\s*{_NUMBER}|(?<![<>=-])<\s*{_NUMBER}",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"\b(?:must be |a )?positive (?:integer|number|int|value|whole)|must be positive", re.I
)
_NOT_NEGATIVE = re.compile(r"\bnon-?negative\b|\bnot (?:be )?negative\b", re.IGNORECASE)
_NOT_EMPTY = re.compile(
    r"\b(?:must|may|can|should|shall)(?:\s?not|n't) be (?:empty|blank)|\bnon-?empty\b|\bnot empty\b|"
    r"\bmust have a value\b|\bat least one character\b",
    re.IGNORECASE,
)
_CHARACTERS = frozenset("character characters chars char letters symbols long digits".split())
_SECONDS = {
    "ms": 0.001, "msec": 0.001, "millis": 0.001, "millisecond": 0.001, "milliseconds": 0.001,
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400, "week": 604800, "weeks": 604800,
}  # fmt: skip
_IN_UNIT = re.compile(
    r"\b(?:in|of|per|as)\s+(?:whole\s+)?(?P<unit>milliseconds?|millis|seconds?|secs|minutes?|mins|hours?|days?|weeks?|ms)\b"
    r"|\((?:in\s+)?(?P<bracketed>milliseconds?|millis|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|ms|s)\b"
    r"|^\s*(?P<alone>milliseconds?|millis|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|ms)\s*[.,;(]?",
    re.IGNORECASE,
)
_LOOSE_UNIT = re.compile(
    r"\b(?P<unit>milliseconds|seconds|minutes|hours|days|weeks)\b|\d\s*(?P<short>ms)\b",
    re.IGNORECASE,
)
_UNIT_NAMES = {0.001: "milliseconds", 1: "seconds", 60: "minutes", 3600: "hours", 86400: "days",
               604800: "weeks"}  # fmt: skip
_UNIT_WORDS = {
    "ms": "milliseconds", "millis": "milliseconds", "milliseconds": "milliseconds",
    "msec": "milliseconds", "secs": "seconds", "sec": "seconds", "seconds": "seconds",
    "mins": "minutes", "minutes": "minutes", "minute": "minutes", "hours": "hours",
    "hour": "hours", "days": "days", "weeks": "weeks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a comment demands; numbers are in the unit of the key."""

    min: float | None = None
    max: float | None = None
    exclusive_min: float | None = None
    exclusive_max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    positive: bool = False

    def __bool__(self) -> bool:
        return self != Bounds()


def stated_bounds(comment: str, unit: str = "") -> Bounds:
    """The bounds stated in `comment` for a value counted in `unit` (`milliseconds`, or empty)."""
    text = " ".join(comment[:_LONGEST_COMMENT].split())
    found = _range(text)
    if found is None:
        found = Bounds()
        found = _one_sided(found, text, unit)
    if _NOT_EMPTY.search(text) and found.min_length is None:
        found = replace(found, min_length=1)
    if found.min is not None and found.max is not None and found.min > found.max:
        return replace(found, min=None, max=None)
    return found


def stated_unit(comment: str, words: tuple[str, ...] = ()) -> str:
    """`milliseconds`, `seconds`, ... as the name or the comment says it; empty if neither does."""
    for word in reversed(words):
        if word in _UNIT_WORDS:
            return _UNIT_WORDS[word]
    text = " ".join(comment[:_LONGEST_COMMENT].split())
    for pattern in (_IN_UNIT, _LOOSE_UNIT):
        if match := pattern.search(text):
            word = next(group for group in match.groups() if group)
            return _UNIT_NAMES[_SECONDS[word.lower()]]
    return ""


def _range(text: str) -> Bounds | None:
    for pattern in (_RANGE, _BRACKET_RANGE, _BARE_RANGE):
        for match in pattern.finditer(text):
            low, high = _number(match[1]), _number(match[2])
            follows = text[match.end() :].lstrip().split(" ")[0].strip(".,;)").lower()
            if low >= high or _is_a_date(match[0]):
                continue
            if follows in _CHARACTERS:
                return Bounds(min_length=int(low), max_length=int(high))
            return Bounds(min=low, max=high)
    if match := _COMPARED_RANGE.search(text):
        low, high = _number(match[1]), _number(match[4])
        bounds = Bounds()
        bounds = replace(bounds, **{"exclusive_min" if match[2] == "<" else "min": low})
        return replace(bounds, **{"exclusive_max" if match[3] == "<" else "max": high})
    return None


def _one_sided(found: Bounds, text: str, unit: str) -> Bounds:
    for pattern, side in ((_MIN, "min"), (_MAX, "max")):
        if match := pattern.search(text):
            found = _with_side(found, side, _number(match[1]), match["unit"] or "", unit)
    for after, side in ((_MIN_AFTER, "min"), (_MAX_AFTER, "max")):
        if getattr(found, side) is None and (match := after.search(text)):
            found = replace(found, **{side: _number(match[1])})
    for strict, side in ((_ABOVE, "min"), (_BELOW, "max")):
        if getattr(found, side) is None and (match := strict.search(text)):
            number = _number(next(group for group in match.groups() if group))
            found = replace(found, **{f"exclusive_{side}": number})
    if found.min is None and _NOT_NEGATIVE.search(text):
        return replace(found, min=0)
    if found.min is None and found.exclusive_min is None and _POSITIVE.search(text):
        return replace(found, positive=True)
    return found


def _with_side(found: Bounds, side: str, number: float, stated: str, unit: str) -> Bounds:
    stated = stated.lower()
    if stated in _CHARACTERS:
        return replace(found, **{f"{side}_length": int(number)})
    factor = _SECONDS.get(stated)
    mine: Callable[[str], float | None] = _SECONDS.get
    if factor is not None and unit and mine(unit) not in {None, factor}:
        number = number * factor / _SECONDS[unit]
    return replace(found, **{side: number})


def _number(text: str) -> float:
    number = float(text.replace(",", "").replace("_", "").rstrip("."))
    return int(number) if number.is_integer() else number


def _is_a_date(text: str) -> bool:
    return re.search(r"\b(19|20)\d\d-\d\d", text) is not None
