"""What the words of a name say; the vocabulary is in `name_rules.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

import yaml

from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.migrate.name_words import without_which_one

_FURTHER_LEFT = 0.4


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
    at_its_place: bool = True

    @property
    def weight(self) -> float:
        return self.rule.weight if self.at_its_place else self.rule.weight * _FURTHER_LEFT

    @property
    def text(self) -> str:
        phrase = self.phrase.upper().replace(" ", "_")
        if self.rule.at is At.EXACT:
            return f"{phrase} by name is {self.rule.because}"
        if self.rule.at is At.END and self.at_its_place:
            return f"its name ends in {phrase}: {self.rule.because}"
        return f"its name says {phrase}: {self.rule.because}"


def match_name(words: tuple[str, ...]) -> list[NameMatch]:
    """Every phrase of the vocabulary in a name, longer ones hiding those inside them."""
    core = without_which_one(words)
    found = list(_matches(core))
    return [match for match in found if not _is_hidden(match, found)]


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
                if rule.at is At.END and end < len(words):
                    yield NameMatch(match.phrase, rule, start, end, at_its_place=False)
                elif _is_in_place(match, len(words)):
                    yield match


def _is_in_place(match: NameMatch, length: int) -> bool:
    if match.rule.at is At.EXACT:
        return match.start == 0 and match.end == length
    if match.rule.at is At.START:
        return match.start == 0 and match.end < length
    return True


def _is_hidden(match: NameMatch, found: list[NameMatch]) -> bool:
    size = match.end - match.start
    for other in found:
        inside = other.start <= match.start and match.end <= other.end
        if inside and other.end - other.start > size:
            return True
        same = (other.start, other.end) == (match.start, match.end)
        if same and other is not match and other.rule.favours == match.rule.favours:
            if (other.weight, id(other)) > (match.weight, id(match)):
                return True
    return False
