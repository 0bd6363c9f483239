"""The unit a length of time is counted in, as a name or a comment says it."""

import re

# How many seconds each unit is, under every word used for it.
SECONDS_PER_UNIT: dict[str, float] = {
    word: seconds
    for seconds, words in (
        (0.001, "ms msec msecs millis millisecond milliseconds"),
        (1, "s sec secs second seconds"),
        (60, "m min mins minute minutes"),
        (3600, "h hr hrs hour hours"),
        (86400, "d day days"),
        (604800, "week weeks"),
    )
    for word in words.split()
}
_NAMES = {0.001: "milliseconds", 1: "seconds", 60: "minutes", 3600: "hours", 86400: "days",
          604800: "weeks"}  # fmt: skip
_IN_NAMES = frozenset(
    "ms msec millis milliseconds s sec secs seconds mins minute minutes hour hours days "
    "weeks".split()
)
_WORD = "milliseconds?|millis|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|ms"
_CLEAR = re.compile(
    rf"""
    \b(?:in|of|per|as|are)\s+(?:whole\s+)?({_WORD})\b    # in seconds, number of days
    | \(\s*(?:in\s+)?({_WORD}|s)\b                       # (ms), (in seconds)
    | ^\s*({_WORD})\b\s*(?:[.,;(]|$)                     # seconds
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LOOSE = re.compile(r"\b(milliseconds|seconds|minutes|hours|days|weeks)\b", re.IGNORECASE)
_LONGEST_COMMENT = 4_000


def stated_unit(comment: str, words: tuple[str, ...] = ()) -> str:
    """`milliseconds`, `seconds`, ... or nothing; `words` are those of the key's name."""
    for word in reversed(words):
        if word in _IN_NAMES:
            return _NAMES[SECONDS_PER_UNIT[word]]
    text = " ".join(comment[:_LONGEST_COMMENT].split())
    for pattern in (_CLEAR, _LOOSE):
        if match := pattern.search(text):
            word = next(group for group in match.groups() if group)
            return _NAMES[SECONDS_PER_UNIT[word.lower()]]
    return ""
