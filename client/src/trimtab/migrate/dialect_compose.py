r"""How Docker Compose reads an env file (`env_file:` and `.env`).

Rules of the Compose documentation, "Set, use, and manage variables with an .env file": `=` or `:`
separates; ` #` outside quotes starts a comment; single quotes are literal; in double quotes `\n`,
`\r`, `\t`, `\\` and the like are escapes; quotes may span lines and be escaped inside themselves;
`$NAME`, `${NAME}` and their forms with a default are filled in except in single quotes, `$$` is a
dollar sign; a name alone takes its value from the surroundings. A line that breaks the rules makes
Compose refuse the whole file.
"""

import re
from collections.abc import Iterator

from trimtab.migrate.dialect_value import Piece, Reading

_NAME = re.compile(r"(?:export[ \t]+)?([\w.\[\]-]+)[ \t]*([=:]|(?=\n|\Z))[ \t]*")
_ESCAPE = re.compile(r"\\([abfnrtv\"\\$])")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_compose(text: str) -> list[tuple[str, Reading]]:
    """Every key Compose would set; from the first broken line on, every key is refused."""
    return list(_assignments(text.removeprefix("\ufeff").replace("\r\n", "\n")))


def _assignments(text: str) -> Iterator[tuple[str, Reading]]:
    position = 0
    while (position := _skip_to_statement(text, position)) < len(text):
        match = _NAME.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            yield from _refused(text, position, f"Compose refuses the file at line {line}")
            return
        if not match[2]:
            yield match[1], Reading(refused="Compose takes it from its own surroundings")
            position = match.end()
            continue
        reading, position = _value(text, match.end())
        yield match[1], reading
        if reading.refused:
            return


def _refused(text: str, position: int, reason: str) -> Iterator[tuple[str, Reading]]:
    for match in re.finditer(
        r"^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=", text[position:], re.MULTILINE
    ):
        yield match[1], Reading(refused=reason)


def _skip_to_statement(text: str, position: int) -> int:
    while position < len(text):
        if text[position] == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif not text[position].isspace():
            return position
        else:
            position += 1
    return position


def _value(text: str, start: int) -> tuple[Reading, int]:
    quote = text[start : start + 1]
    if quote not in {"'", '"'}:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        value = text[start:end].partition(" #")[0].rstrip()
        return Reading((Piece(value, expands=True),)), end
    match = re.compile(rf"{quote}((?:\\.|[^\\{quote}])*){quote}", re.DOTALL).match(text, start)
    if match is None:
        return Reading(refused="a quote is not closed, so Compose refuses the file"), len(text)
    value = match[1].replace(f"\\{quote}", quote)
    if quote == "'":
        return Reading((Piece(value),)), match.end()
    value = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1].replace("$", "$$")), value)
    return Reading((Piece(value, expands=True),)), match.end()
