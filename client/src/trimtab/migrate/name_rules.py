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
    found = list(_matches(core))
    shown = [match for match in found if not _is_hidden(match, found, len(core))]
    return [_share(match, core, shown) for match in shown]


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


def _share(match: NameMatch, words: tuple[str, ...], shown: list[NameMatch]) -> NameMatch:
    if match.rule.at is not At.END or match.end == len(words):
        return match
    last_known = max(other.end for other in shown if other.rule.at is At.END)
    if match.rule.favours is KeyClass.SECRET:
        unknown = last_known < len(words) and match.end == last_known
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


def _is_hidden(match: NameMatch, found: list[NameMatch], length: int) -> bool:
    size = match.end - match.start
    for other in found:
        if other.end == length and other.rule.at is At.END and match.end < length:
            crosses = match.start < other.start < match.end
            if crosses and other.end - other.start > 1:
                return True
        inside = other.start <= match.start and match.end <= other.end
        if inside and other.end - other.start > size:
            return True
        same = (other.start, other.end) == (match.start, match.end)
        if same and other is not match:
            if other.rule.at is At.EXACT and match.rule.at is not At.EXACT:
                return True
            agree = other.rule.favours == match.rule.favours
            if agree and (other.rule.weight, id(other)) > (match.rule.weight, id(match)):
                return True
    return False
