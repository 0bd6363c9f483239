"""Bounds and lengths stated by a comment, in the many ways people write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from trimtab.migrate.comment_unit import SECONDS_PER_UNIT

_LONGEST_COMMENT = 4_000
_VERBOSE = re.IGNORECASE | re.VERBOSE
_NUMBER = r"(-?\d[\d,_]*(?:\.\d+)?)(?!\.?\d)"
_TO = r"%?\s*(?:-|–|—|to|and|\.\.\.?|through|until)\s*"
_RANGES = (
    re.compile(  # between 1 and 10; valid values: 1-10; [1, 10]; (1-10)
        rf"""
        (?: \b(?:between|from|ranges?(?:\s+(?:is|of|from))?|within|valid(?:\s+values?)?|values?
              |allowed|interval|bounds?|integer|int|float|decimal|port|must\s+be|should\s+be|can\s+be|accepts|a\s+number)\b
            \s*(?:are|is|from|between|in)?\s*[:=]?\s*[\[(]?
          | [(\[]\s*(?:(?:range|valid|values)[:\s]\s*)?
        )\s*{_NUMBER}{_TO}{_NUMBER}
        """,
        _VERBOSE,
    ),
    re.compile(rf"\[\s*{_NUMBER}\s*[,;]\s*{_NUMBER}\s*\]"),
    re.compile(rf"(?:^|[,(:;]\s*|\s[-–—]\s*){_NUMBER}{_TO}{_NUMBER}%?\s*(?=$|[.;)](?:\s|$))"),
)
_COMPARED = re.compile(rf"{_NUMBER}\s*(<=?|≤)\s*\w+\s*(<=?|≤)\s*{_NUMBER}")
_WHAT = r"(?:\s+(?:value|allowed|number|of|is|size|length|setting|supported|permitted))*"
_UNIT = r"\s*(?P<unit>[a-z]+)?"
_AT_LEAST = re.compile(
    rf"""
    (?: \bmin(?:imum)?\.?{_WHAT}\s*(?:[:=]|to)?
      | \b(?:at\s+least|no\s+less\s+than|not\s+(?:be\s+)?(?:less|lower|smaller|fewer)\s+than)
      | \bno\s+(?:smaller|lower|fewer)\s+than | >= | ≥
      | \b(?:greater|more|higher|larger)\s+than\s+or\s+equal\s+to
      | \bnot\s+(?:be\s+|go\s+)?below | \blower\s+(?:bound|limit){_WHAT}\s*[:=]?
      | \bstarting\s+(?:at|from)
    )\s*{_NUMBER}{_UNIT}
    """,
    _VERBOSE,
)
_AT_MOST = re.compile(
    rf"""
    (?: \bmax(?:imum)?\.?{_WHAT}\s*(?:[:=]|to)?
      | \b(?:at\s+most|no\s+more\s+than|not\s+(?:be\s+)?(?:more|greater|higher|larger)\s+than)
      | \bno\s+(?:greater|higher|larger)\s+than | <= | ≤
      | \b(?:less|fewer|lower|smaller)\s+than\s+or\s+equal\s+to
      | \bcapped\s+(?:at|to) | \bcap{_WHAT}\s*[:=]? | \blimited\s+to | \bnot\s+(?:be\s+)?above
      | \b(?:not|cannot|can't|never)\s+exceed | \bupper\s+(?:bound|limit){_WHAT}\s*[:=]?
      | \bup\s+to\s+a\s+maximum\s+of | \bvalues?\s+up\s+to
    )\s*{_NUMBER}{_UNIT}
    """,
    _VERBOSE,
)
_OR_MORE = re.compile(
    rf"{_NUMBER}\s*(?:or\s+(?:more|higher|greater|above)\b|min(?:imum)?\b|\+\s*$)", re.IGNORECASE
)
_OR_LESS = re.compile(
    rf"{_NUMBER}\s*(?:or\s+(?:less|fewer|lower|below)\b|max(?:imum)?\b)", re.IGNORECASE
)
_OUGHT = r"(?:must|should|has\s+to|needs\s+to)\s+be"
_ABOVE = re.compile(
    rf"{_OUGHT}\s+(?:greater|more|higher|larger|bigger)\s+than\s+{_NUMBER}|(?<![<>=-])>\s*{_NUMBER}",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"{_OUGHT}\s+(?:less|lower|smaller|fewer)\s+than\s+{_NUMBER}|(?<![<>=-])<\s*{_NUMBER}",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"\bpositive\s+(?:integer|number|int|value|whole)|must be positive", re.IGNORECASE
)
_NOT_NEGATIVE = re.compile(r"\bnon-?negative\b|\bnot (?:be )?negative\b", re.IGNORECASE)
_NOT_EMPTY = re.compile(
    r"\b(?:(?:must|may|can|should|shall)(?:\s?not|n't)|cannot) be (?:left )?(?:empty|blank)\b"
    r"|\bnon-?empty\b|\bnot empty\b|\bat least one character\b",
    re.IGNORECASE,
)
_CHARACTERS = frozenset("character characters chars char letters symbols digits".split())
_DATE = re.compile(r"\b(?:19|20)\d\d-\d\d")


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


def stated_bounds(comment: str, unit: str = "") -> Bounds:
    """The bounds stated in `comment` for a value counted in `unit` (`milliseconds`, or empty)."""
    text = " ".join(comment[:_LONGEST_COMMENT].split())
    found = next(_ranges(text), None) or _compared(text) or _one_sided(text, unit)
    if found.min_length is None and _NOT_EMPTY.search(text):
        found = replace(found, min_length=1)
    if found.min is not None and found.max is not None and found.min > found.max:
        return replace(found, min=None, max=None)
    return found


def _ranges(text: str) -> Iterator[Bounds]:
    for pattern in _RANGES:
        for match in pattern.finditer(text):
            low, high = _number(match[1]), _number(match[2])
            if low >= high or _DATE.search(match[0]):
                continue
            following = text[match.end() :].lstrip().partition(" ")[0].strip(".,;)").lower()
            if following in _CHARACTERS:
                yield Bounds(min_length=int(low), max_length=int(high))
            else:
                yield Bounds(min=low, max=high)


def _compared(text: str) -> Bounds | None:
    match = _COMPARED.search(text)
    if match is None:
        return None
    low, high = _number(match[1]), _number(match[4])
    return Bounds(
        min=None if match[2] == "<" else low,
        exclusive_min=low if match[2] == "<" else None,
        max=None if match[3] == "<" else high,
        exclusive_max=high if match[3] == "<" else None,
    )


def _one_sided(text: str, unit: str) -> Bounds:
    low, shortest = _limit(text, _AT_LEAST, _OR_MORE, unit)
    high, longest = _limit(text, _AT_MOST, _OR_LESS, unit)
    above = None if low is not None else _strict(text, _ABOVE)
    if low is None and above is None and _NOT_NEGATIVE.search(text):
        low = 0
    return Bounds(
        min=low,
        max=high,
        exclusive_min=above,
        exclusive_max=None if high is not None else _strict(text, _BELOW),
        min_length=shortest,
        max_length=longest,
        positive=low is None and above is None and _POSITIVE.search(text) is not None,
    )


def _limit(
    text: str, worded: re.Pattern[str], short: re.Pattern[str], unit: str
) -> tuple[float | None, int | None]:
    """A limit on the value, and one on its length in characters."""
    if match := worded.search(text):
        stated = (match["unit"] or "").lower()
        if stated in _CHARACTERS:
            return None, int(_number(match[1]))
        return _in_unit(_number(match[1]), stated, unit), None
    match = short.search(text)
    return (_number(match[1]) if match else None), None


def _strict(text: str, pattern: re.Pattern[str]) -> float | None:
    match = pattern.search(text)
    return _number(next(group for group in match.groups() if group)) if match else None


def _in_unit(number: float, stated: str, unit: str) -> float:
    """`at least 2 seconds` for a key in milliseconds is 2000."""
    if stated not in SECONDS_PER_UNIT or not unit:
        return number
    converted = number * SECONDS_PER_UNIT[stated] / SECONDS_PER_UNIT[unit]
    return int(converted) if converted.is_integer() else converted


def _number(text: str) -> float:
    number = float(text.replace(",", "").replace("_", ""))
    return int(number) if number.is_integer() else number
