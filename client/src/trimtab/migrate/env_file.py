"""An env file as data: every assignment with its comments, and the text it came from.

Lexing is python-dotenv's (`dotenv.parser.parse_stream`), so what is an assignment and what its
value is agrees with what `load_dotenv` would give a program. Nothing is interpolated.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from trimtab.migrate.comment_lines import (
    CommentBlock,
    beside,
    commented_out_assignment,
    is_key,
    why_broken,
)
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.dialect_value import Reading
from trimtab.migrate.env_text import BYTE_ORDER_MARK, read_env_text


@dataclass(frozen=True, slots=True)
class Assignment:
    """`KEY=value`, active or commented out, and the words around it.

    `value` is text as python-dotenv reads it, with `${...}` left as it is. `comment_above` are the
    comment lines that touch the assignment; `group_comment` those above the unbroken run of
    assignments it belongs to. Lines count from 1.
    """

    key: str
    value: str
    line: int
    end_line: int
    comment_above: str = ""
    comment_beside: str = ""
    group_comment: str = ""
    heading: str = ""
    commented_out: bool = False
    exported: bool = False
    quoted: bool = False
    duplicate_of: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no assignment and no comment; `reason` never quotes it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a file says, losslessly: `render()` gives back the text it was read from."""

    path: Path | None
    pieces: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    broken: tuple[Broken, ...] = ()
    dialect: Dialect = Dialect.PYTHON_DOTENV

    def render(self) -> str:
        return "".join(self.pieces)

    def values(self) -> dict[str, str]:
        """The active values, the last assignment of a key winning."""
        return {item.key: item.value for item in self.assignments if not item.commented_out}


def read_env_file(path: Path | str, dialect: Dialect = Dialect.PYTHON_DOTENV) -> EnvFile:
    """Read the file at `path`; raises EnvFileRefused if it is no readable text of sane size."""
    return replace(parse_env_text(read_env_text(Path(path)), dialect), path=Path(path))


def parse_env_text(text: str, dialect: Dialect = Dialect.PYTHON_DOTENV) -> EnvFile:
    """Parse the text of an env file; a broken line is listed and never stops the rest."""
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    reader = _Reader()
    pieces = [mark] if mark else []
    for binding in parse_stream(io.StringIO(text, newline="")):
        pieces.append(binding.original.string)
        reader.take(binding)
    assignments = tuple(_mark_duplicates(reader.assignments))
    if dialect is not Dialect.PYTHON_DOTENV:
        theirs = dict(dialect.read(text))
        assignments = tuple(
            item if item.commented_out else _as_read_by(theirs, item) for item in assignments
        )
    return EnvFile(None, tuple(pieces), assignments, tuple(reader.broken), dialect)


class _Reader:
    """Walks the bindings, remembering which comments stand above the next assignment."""

    def __init__(self) -> None:
        self.assignments: list[Assignment] = []
        self.broken: list[Broken] = []
        self._block = CommentBlock()

    def take(self, binding: Binding) -> None:
        original = binding.original.string
        body = original.lstrip()
        leading = original[: len(original) - len(body)]
        line = binding.original.line + _newlines(leading)
        if _newlines(leading):
            self._block.blank_line()
        if not body:
            return
        if binding.error:
            self._break(line, body, why_broken(body))
        elif binding.key is None:
            self._comment(line, body)
        elif binding.value is None:
            self._break(line, body, "a name without =, which is no assignment")
        elif not is_key(binding.key):
            self._break(line, body, "what stands before = is not a usable name")
        else:
            self._assignment(line, body, binding.key, binding.value)

    def _break(self, line: int, body: str, reason: str) -> None:
        self.broken.append(Broken(line, reason))
        self._block.interrupted_by(body)

    def _comment(self, line: int, body: str) -> None:
        text = body.removeprefix("#").rstrip("\r\n")
        documented = commented_out_assignment(text)
        if documented is None:
            self._block.comment_line(text)
            return
        self._add(
            Assignment(
                key=documented.key,
                value=documented.value,
                line=line,
                end_line=line,
                comment_beside=documented.comment_beside,
                commented_out=True,
                exported=documented.exported,
                quoted=documented.quoted,
            )
        )

    def _assignment(self, line: int, body: str, key: str, value: str) -> None:
        exported = body.startswith("export") and body.removeprefix("export")[:1].isspace()
        comment, quoted = beside(body)
        end_line = line + _newlines(body.rstrip("\r\n"))
        self._add(
            Assignment(
                key=key,
                value=value,
                line=line,
                end_line=end_line,
                comment_beside=comment,
                exported=exported,
                quoted=quoted,
            )
        )

    def _add(self, item: Assignment) -> None:
        around = self._block.assignment()
        self.assignments.append(
            replace(
                item,
                comment_above=around.above,
                group_comment=around.group,
                heading=around.heading,
            )
        )


def _as_read_by(theirs: Mapping[str, Reading], item: Assignment) -> Assignment:
    reading = theirs.get(item.key)
    return item if reading is None or reading.refused else replace(item, value=reading.text)


def _mark_duplicates(assignments: list[Assignment]) -> Iterator[Assignment]:
    first: dict[str, int] = {}
    for item in assignments:
        seen = first.setdefault(item.key, item.line)
        yield item if seen == item.line else replace(item, duplicate_of=seen)


def _newlines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")
