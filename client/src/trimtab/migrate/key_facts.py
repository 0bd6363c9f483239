"""Everything that is known about one key before anything is decided."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from trimtab.migrate.decision import SourceLine
from trimtab.migrate.dialect import Dialect, filled_in
from trimtab.migrate.dialect_python import expand_python
from trimtab.migrate.dialect_value import Piece, Reading
from trimtab.migrate.env_file import Assignment
from trimtab.migrate.evidence import Reference
from trimtab.migrate.known_services import known_services
from trimtab.migrate.name_rules import NameMatch, match_name, ordinary_words
from trimtab.migrate.name_words import project_prefixes, words_of
from trimtab.migrate.value_shape import Shape, shape_of

_FEW_BITS = 3
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key, its value, and the words around it.

    `value` is what a program gets that reads the file with python-dotenv: `${NAME}` is filled in
    from the file. `variables` are the names it was filled in from, `unknown_variables` those
    that the file does not set.
    `words` are those of the name without the project's and the bundler's prefix. `comment` is
    what stands directly above or beside the key; `group_comment` what it shares with others.
    """

    key: str
    words: tuple[str, ...]
    is_public: bool
    value: str
    variables: tuple[str, ...]
    unknown_variables: tuple[str, ...]
    is_active: bool
    shape: Shape
    comment: str
    group_comment: str
    heading: str
    matches: tuple[NameMatch, ...]
    sources: tuple[SourceLine, ...]
    references: tuple[Reference, ...] = ()
    bits_are_switches: bool = False

    @property
    def all_comments(self) -> str:
        return "\n".join(filter(None, (self.comment, self.group_comment)))

    @property
    def says_nothing(self) -> bool:
        """Whether the value tells nothing about itself."""
        return self.shape in {Shape.EMPTY, Shape.NOTHING, Shape.PLACEHOLDER}


def gather(
    assignments: Sequence[Assignment],
    references: Mapping[str, Sequence[Reference]],
    path: str = "",
) -> dict[str, KeyFacts]:
    """The facts of every key, in the order in which the keys first stand in the file."""
    by_key: dict[str, list[Assignment]] = {}
    for item in _with_related_comments(assignments):
        by_key.setdefault(item.key, []).append(item)
    prefixes = project_prefixes(by_key, ordinary_words(), known_services().kinds.keys())
    known = filled_in(Dialect.PYTHON_DOTENV, _active_values(assignments))
    facts = {
        key: _facts(key, items, prefixes, known, tuple(references.get(key, ())), path)
        for key, items in by_key.items()
    }
    if _bits_are_switches(facts.values()):
        return {key: replace(item, bits_are_switches=True) for key, item in facts.items()}
    return facts


def _bits_are_switches(everything: Iterable[KeyFacts]) -> bool:
    """Whether a file writes 0 and 1 where others write true and false."""
    shapes = Counter(item.shape for item in everything)
    words = shapes[Shape.TRUE] + shapes[Shape.FALSE]
    return words == 0 and shapes[Shape.BIT] >= _FEW_BITS


def first_sentence(comment: str) -> str:
    """The first sentence, or the first line where a new one starts with a capital."""
    lines = [line.strip() for line in comment.splitlines() if line.strip()]
    sentence = ""
    for line in lines:
        if sentence and (line[:1].isupper() or line[:1] in "-*"):
            break
        sentence = f"{sentence} {line}".strip()
    return re.split(r"(?<=[a-z0-9)\"'][.!?])\s+(?=[A-Z\"'`(])", sentence, maxsplit=1)[0]


def _facts(
    key: str,
    items: Sequence[Assignment],
    prefixes: frozenset[str],
    known: Mapping[str, str | None],
    references: tuple[Reference, ...],
    path: str,
) -> KeyFacts:
    active = [item for item in items if not item.commented_out]
    chosen = active[-1] if active else items[0]
    variables = tuple(dict.fromkeys(_VARIABLE.findall(chosen.value)))
    value = known.get(key) if active else _filled_in_alone(chosen.value, known)
    value = chosen.value if value is None else value
    words = words_of(key)
    public = known_services().public_prefix(words)
    words = words[len(public) :]
    if len(words) > 1 and (words[0] in prefixes or words[0] in known_services().servers):
        words = words[1:]
    return KeyFacts(
        key=key,
        words=words,
        is_public=bool(public),
        value=value,
        variables=variables,
        unknown_variables=tuple(name for name in variables if name not in known),
        is_active=bool(active),
        shape=shape_of(value),
        comment=_joined(
            text for item in items for text in (item.comment_above, item.comment_beside)
        ),
        group_comment=chosen.group_comment,
        heading=chosen.heading,
        matches=tuple(match_name(words)),
        sources=tuple(SourceLine(path, item.line, item.commented_out) for item in items),
        references=references,
    )


def _active_values(assignments: Iterable[Assignment]) -> Iterator[tuple[str, Reading]]:
    for item in assignments:
        if not item.commented_out:
            yield item.key, Reading((Piece(item.value, expands=True),))


def _filled_in_alone(value: str, known: Mapping[str, str | None]) -> str:
    reading = Reading((Piece(value, expands=True),))
    return expand_python(reading, {key: text for key, text in known.items() if text is not None})


def _with_related_comments(assignments: Iterable[Assignment]) -> Iterator[Assignment]:
    """A comment above a run of keys is only that of the run's title for unrelated keys."""
    speaker = ""
    for item in assignments:
        if item.comment_above:
            speaker = item.key
        if item.group_comment and not _related(speaker, item.key):
            yield replace(item, group_comment="", heading=item.heading or item.group_comment)
        else:
            yield item


def _related(first: str, other: str) -> bool:
    """Whether a comment above `first` can be meant for `other`: same kind, or same family."""
    mine, theirs = words_of(first), words_of(other)
    return mine[-1:] == theirs[-1:] or (len(mine) > 2 and mine[:2] == theirs[:2])


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))
