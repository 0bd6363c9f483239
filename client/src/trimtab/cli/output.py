"""What goes to the screen: tables for people, aligned text for pipes, JSON for programs."""

import io
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

# Control characters of a stored text must not reach somebody's terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_GAP = 2
_NARROWEST_VALUE = 12

Row = Sequence[str]


def is_terminal(stream: IO[str] | None = None) -> bool:
    """Whether a person watches."""
    stream = stream or sys.stdout
    return stream.isatty()


def width() -> int:
    """How many columns a table may fill: the terminal's, COLUMNS, else 100."""
    return shutil.get_terminal_size((100, 24)).columns


def say(text: str = "") -> None:
    """A line for the person, on standard output."""
    sys.stdout.write(f"{visible(text, newlines=True)}\n")
    sys.stdout.flush()


@contextmanager
def working(text: str) -> Iterator[None]:
    """Show that something goes on while it lasts: a spinner on a terminal, else nothing."""
    if is_terminal(sys.stderr):
        with Console(stderr=True).status(text):
            yield
    else:
        yield


def complain(text: str) -> None:
    """A line about something wrong, on standard error."""
    text = visible(text, newlines=True)
    if is_terminal(sys.stderr):
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"[red]{escape(text)}[/red]")
    else:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def print_json(value: object) -> None:
    """The value as JSON, for programs."""
    sys.stdout.write(f"{json.dumps(value, indent=2, ensure_ascii=False)}\n")
    sys.stdout.flush()


def print_table(columns: Row, rows: Sequence[Row]) -> None:
    """Rows under headings. The first column is never cut; piped, no column is."""
    cells = [[visible(cell) for cell in row] for row in rows]
    if not is_terminal():
        sys.stdout.write(aligned([columns, *cells]))
        sys.stdout.flush()
    elif fits(columns, cells, narrowest=_NARROWEST_VALUE):
        print_wrapped(columns, cells)
    else:
        _print_stacked(columns, cells)


def fits(columns: Row, rows: Sequence[Row], *, narrowest: int) -> bool:
    """Whether the first column whole and the others at least `narrowest` wide find room."""
    table = [columns, *rows]
    longest = max(len(row[0]) for row in table)
    rest = (max(len(row[index]) for row in table) for index in range(1, len(columns)))
    return longest + sum(min(size, narrowest) + _GAP for size in rest) <= width()


def print_wrapped(columns: Row, rows: Sequence[Row]) -> None:
    """A table as wide as `width()`; its cells are wrapped, those of the first column never."""
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    longest = max(len(row[0]) for row in [columns, *rows])
    table.add_column(Text(columns[0]), no_wrap=True, min_width=longest)
    for name in columns[1:]:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console = Console(width=width(), highlight=False, force_terminal=is_terminal() or None)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
    sys.stdout.flush()


def aligned(rows: Sequence[Row]) -> str:
    """Columns of plain text, two blanks apart, one line a row."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        (" " * _GAP).join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in ([cell.replace("\n", "\\n") for cell in row] for row in rows)
    )
    return "".join(f"{line}\n" for line in lines)


def visible(text: str, *, newlines: bool = True) -> str:
    """The text with control characters written out, so that a terminal shows and obeys none."""
    text = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
    return text if newlines else text.replace("\n", "\\n")


def write_any_character(*streams: IO[str]) -> None:
    """A narrow encoding (LANG=C) writes what it lacks as an escape instead of failing."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _print_stacked(columns: Row, rows: Sequence[Row]) -> None:
    """Each row as a paragraph under its first cell, where columns would be too narrow to read."""
    names = [f"  {name.lower()}" for name in columns[1:]]
    indent = max(map(len, names)) + _GAP
    for row in rows:
        say(row[0])
        for name, cell in zip(names, row[1:], strict=True):
            if cell:
                say(wrapped(f"{name.ljust(indent)}{cell}", indent))


def wrapped(text: str, indent: int) -> str:
    """The text in lines of `width()`; those after the first are indented, no word is cut."""
    return textwrap.fill(
        text,
        width(),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
