r"""How a POSIX shell reads an env file with `. ./file`.

Rules of POSIX.1-2024, Shell Command Language: 2.2 quoting, 2.3 tokens, 2.9.1 simple commands.
A value is one word; after a blank the rest of the line is a command, and the assignment then holds
for that command alone. Whatever needs the machine itself (commands, `~`, `$$`, globs do not apply)
is refused here, never run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from trimtab.migrate.dialect_value import Piece, Reading

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")
_NAME = re.compile(r"[A-Za-z_]\w*")
_NAMES = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=", re.MULTILINE)
_EXPORT = re.compile(r"export(?=[ \t\n])")
_ENDS_WORD = frozenset(" \t\n;&|<>()")
_NEEDS_MACHINE = re.compile(r"`|\$\(|\$[$?!#@*0-9-]")
_ESCAPED_IN_DOUBLE = frozenset('$`"\\\n')


def read_shell(text: str) -> list[tuple[str, Reading]]:
    """Every name the shell would set, and every one it would not, with the reason."""
    return list(_commands(text))


class _Stops(Exception):
    """The shell gives up here, and with it on the rest of the file."""


@dataclass(slots=True)
class _Command:
    """The words of one simple command, as far as they matter."""

    assigned: list[tuple[str, Reading]] = field(default_factory=list)
    exports: bool = False
    runs: bool = False


def _commands(text: str) -> Iterator[tuple[str, Reading]]:
    position = 0
    while position < len(text):
        if text[position] in " \t\n;":
            position += 1
        elif text[position] == "#":
            position = _end_of_line(text, position)
        else:
            command = _Command()
            try:
                position = _simple_command(text, position, command)
            except _Stops as stop:
                line = text.count("\n", 0, position) + 1
                refused = Reading(refused=f"the shell stops at line {line}: {stop}")
                rest = text[text.rfind("\n", 0, position) + 1 :]
                yield from ((name, refused) for name in _NAMES.findall(rest))
                return
            yield from _outcome(command)


def _outcome(command: _Command) -> Iterator[tuple[str, Reading]]:
    if command.runs:
        refused = Reading(refused="the shell takes the rest of the line for a command")
        yield from ((name, refused) for name, _ in command.assigned)
    else:
        yield from command.assigned


def _simple_command(text: str, position: int, command: _Command) -> int:
    while position < len(text) and text[position] not in "\n;&|":
        if text[position] in " \t":
            position += 1
        elif text[position] == "#":
            position = _end_of_line(text, position)
        elif match := _EXPORT.match(text, position) if not command.assigned else None:
            command.exports = True
            position = match.end()
        else:
            position = _one_word(text, position, command)
    return position + 1


def _one_word(text: str, position: int, command: _Command) -> int:
    match = None if command.runs else _ASSIGNMENT.match(text, position)
    pieces, end = _word(text, match.end() if match else position)
    if match:
        command.assigned.append((match[1], _reading(pieces)))
    elif command.exports:
        word = "".join(piece.text for piece in pieces)
        expands = any(piece.expands and "$" in piece.text for piece in pieces)
        if not expands and not _NAME.fullmatch(word):
            raise _Stops("what follows export is not a name")
    elif any(piece.text for piece in pieces):
        command.runs = True
    return max(end, position + 1)


def _reading(pieces: tuple[Piece, ...]) -> Reading:
    for at, piece in enumerate(pieces):
        if piece.expands and _NEEDS_MACHINE.search(piece.text):
            return Reading(refused="the shell would run a command or ask the machine for it")
        if at == 0 and piece.expands and piece.text.startswith("~"):
            return Reading(refused="the shell replaces ~ by the home folder")
    return Reading(pieces)


def _word(text: str, position: int) -> tuple[tuple[Piece, ...], int]:
    pieces: list[Piece] = []
    while position < len(text) and text[position] not in _ENDS_WORD:
        character = text[position]
        if character == "'":
            end = text.find("'", position + 1)
            if end < 0:
                raise _Stops("a quote is not closed")
            pieces.append(Piece(text[position + 1 : end]))
            position = end + 1
        elif character == '"':
            position = _double_quoted(text, position + 1, pieces)
        elif character == "\\":
            escaped = text[position + 1 : position + 2]
            pieces.append(Piece("" if escaped == "\n" else escaped))
            position += 2
        else:
            end = position
            while end < len(text) and text[end] not in _ENDS_WORD and text[end] not in "'\"\\":
                end = _past_braces(text, end)
            pieces.append(Piece(text[position:end], expands=True))
            position = end
    return tuple(pieces), position


def _double_quoted(text: str, position: int, pieces: list[Piece]) -> int:
    plain = ""
    while position < len(text):
        character = text[position]
        if character == '"':
            pieces.append(Piece(plain, expands=True))
            return position + 1
        if character == "\\" and text[position + 1 : position + 2] in _ESCAPED_IN_DOUBLE:
            pieces.append(Piece(plain, expands=True))
            escaped = text[position + 1]
            pieces.append(Piece("" if escaped == "\n" else escaped))
            plain = ""
            position += 2
        else:
            plain += character
            position += 1
    raise _Stops("a quote is not closed")


def _past_braces(text: str, position: int) -> int:
    """One character further, or behind the `}` of `${NAME:-a word with blanks}`."""
    if text.startswith("${", position):
        end = text.find("}", position)
        line = _end_of_line(text, position)
        if 0 < end < line:
            return end + 1
    return position + 1


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
