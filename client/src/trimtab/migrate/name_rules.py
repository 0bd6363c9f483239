"""What the words of a name say; the vocabulary is in `name_rules.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import yaml

from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.migrate.name_words import without_which_one

# A noun further left only qualifies the last one. A credential counts for more there, most if
# the last word means nothing to us.
_FURTHER_LEFT = 0.25
# In front of HOST or PORT these still mean this very process.
_OWN = frozenset("server web webserver http https core app main service daemon".split())
_FURTHER_LEFT_SECRET = 0.4
_FURTHER_LEFT_OF_UNKNOWN = 0.8


class At(StrEnum):
    EXACT = "exact"
    END = "end"
    START = "start"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class NameRule:
    favours: KeyClass
    type: InferredType | None
    weight: float
    at: At
    because: str


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A phrase found in a name; `at_its_place` is False for an `end` phrase further left."""

    phrase: str
    rule: NameRule
    start: int
    end: int
    share: float = 1.0

    @property
    def at_its_place(self) -> bool:
        return self.share == 1.0

    @property
    def weight(self) -> float:
        return self.rule.weight * self.share

    @property
    def text(self) -> str:
        phrase = self.phrase.upper().replace(" ", "_")
        if self.rule.at is At.EXACT:
            return f"it is named {phrase}: {self.rule.because}"
        if self.rule.at is At.END and self.at_its_place:
            return f"its name ends in {phrase}: {self.rule.because}"
        return f"its name contains {phrase}: {self.rule.because}"


def match_name(words: tuple[str, ...]) -> list[NameMatch]:
    """Every phrase of the vocabulary in a name, longer ones hiding those inside them."""
    core = without_which_one(words)
    length = len(core)
    found = list(_matches(core))
    last_known = max((item.end for item in found if item.rule.at is At.END), default=0)
    placed = [_share(item, length, last_known) for item in found]
    return _once(
        [
            item
            for item in placed
            if not any(_hides(other, item, length) for other in placed if other is not item)
        ]
    )


def ordinary_words() -> frozenset[str]:
    """All words of the vocabulary."""
    return _vocabulary().words


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    rules: dict[tuple[str, ...], list[NameRule]]
    longest: int
    words: frozenset[str]


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    text = files("trimtab.migrate").joinpath("name_rules.yaml").read_text(encoding="utf-8")
    rules: dict[tuple[str, ...], list[NameRule]] = {}
    for entry in yaml.safe_load(text):
        kind = entry.get("type")
        rule = NameRule(
            KeyClass(entry["favours"]),
            InferredType(kind) if kind else None,
            float(entry["weight"]),
            At(entry["at"]),
            entry["because"],
        )
        for phrase in (phrase for line in entry["words"] for phrase in line):
            rules.setdefault(tuple(phrase.split()), []).append(rule)
    words = frozenset(word for phrase in rules for word in phrase)
    return _Vocabulary(rules, max(map(len, rules)), words)


def _matches(words: tuple[str, ...]) -> Iterator[NameMatch]:
    vocabulary = _vocabulary()
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + vocabulary.longest) + 1):
            for rule in vocabulary.rules.get(words[start:end], ()):
                match = NameMatch(" ".join(words[start:end]), rule, start, end)
                if rule.at is At.END or _is_in_place(match, words):
                    yield match


def _share(match: NameMatch, length: int, last_known: int) -> NameMatch:
    if match.rule.at is not At.END or match.end == length:
        return match
    if match.rule.favours is KeyClass.SECRET:
        unknown = last_known < length and match.end == last_known
        share = _FURTHER_LEFT_OF_UNKNOWN if unknown else _FURTHER_LEFT_SECRET
    else:
        share = _FURTHER_LEFT
    return replace(match, share=share)


def _is_in_place(match: NameMatch, words: tuple[str, ...]) -> bool:
    length = len(words)
    if match.rule.at is At.EXACT:
        return match.end == length and all(word in _OWN for word in words[: match.start])
    if match.rule.at is At.START:
        return match.start == 0 and match.end < length
    return True


def _hides(other: NameMatch, match: NameMatch, length: int) -> bool:
    """Whether `other`, a longer, better placed or weightier phrase, says it all for `match`."""
    size, other_size = match.end - match.start, other.end - other.start
    if other.start <= match.start and match.end <= other.end and other_size > size:
        return True
    if other.rule.at is At.END and other.end == length > match.end:
        return other_size > 1 and match.start < other.start < match.end
    if (other.start, other.end) != (match.start, match.end):
        return False
    if other.rule.at is At.EXACT and match.rule.at is not At.EXACT:
        return True
    return other.rule.favours is match.rule.favours and other.weight > match.weight


def _once(matches: list[NameMatch]) -> list[NameMatch]:
    """Of equal phrases for the same class the first."""
    seen = {(item.phrase, item.start, item.rule.favours): item for item in reversed(matches)}
    return [item for item in matches if seen[item.phrase, item.start, item.rule.favours] is item]
