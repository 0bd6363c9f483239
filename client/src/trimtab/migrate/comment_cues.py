"""What the wording of a comment says; the wordings are in `comment_cues.yaml`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

_LONGEST_COMMENT = 2_000
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Cue:
    favours: str
    weight: float
    only_first: bool
    say: str
    pattern: re.Pattern[str]


def class_cues(comment: str, first: str) -> Iterator[Cue]:
    """The cues for a class in a comment whose first sentence is `first`."""
    return _found(_cues()[0], comment, first)


def type_cues(comment: str, first: str) -> Iterator[Cue]:
    """The cues for a type in a comment whose first sentence is `first`."""
    return _found(_cues()[1], comment, first)


def _found(cues: tuple[Cue, ...], comment: str, first: str) -> Iterator[Cue]:
    flat = _LINK.sub(" ", " ".join(comment[:_LONGEST_COMMENT].split()))
    first = _LINK.sub(" ", first[:_LONGEST_COMMENT])
    for cue in cues:
        if cue.pattern.search(first if cue.only_first else flat):
            yield cue


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[Cue, ...], tuple[Cue, ...]]:
    text = files("trimtab.migrate").joinpath("comment_cues.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)
    return _compiled(entries, "favours"), _compiled(entries, "type")


def _compiled(entries: list[dict[str, str]], kind: str) -> tuple[Cue, ...]:
    return tuple(
        Cue(
            entry[kind],
            float(entry["weight"]),
            entry["where"] == "first",
            entry["say"],
            re.compile(entry["pattern"], re.IGNORECASE),
        )
        for entry in entries
        if kind in entry
    )
