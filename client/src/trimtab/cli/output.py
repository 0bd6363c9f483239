"""What goes to the screen: tables for people, aligned text for pipes, JSON for programs."""

import io
import json
import re
import shutil
import sys
from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

# Control characters of a stored text must not reach somebody's terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_GAP = 2
_SMALLEST_COLUMN = 14

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
    if is_terminal():
        _print_for_a_person(columns, cells, width())
    else:
        sys.stdout.write(aligned([columns, *cells]))
        sys.stdout.flush()


def print_cards(columns: Row, rows: Sequence[Row]) -> None:
    """Rows under headings, wrapped to `width()` on any output: long explanations stay readable."""
    _print_for_a_person(columns, [[visible(cell) for cell in row] for row in rows], width())


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


def _print_for_a_person(columns: Row, rows: Sequence[Row], columns_wide: int) -> None:
    console = Console(width=columns_wide, highlight=False, force_terminal=is_terminal() or None)
    longest = max((len(row[0]) for row in [columns, *rows]), default=0)
    rest = sum(
        min(max(len(row[index]) for row in [columns, *rows]), _SMALLEST_COLUMN) + _GAP
        for index in range(1, len(columns))
    )
    if longest + rest > columns_wide:
        _print_stacked(console, columns, rows)
        return
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    table.add_column(Text(columns[0]), no_wrap=True, min_width=longest)
    for name in columns[1:]:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _print_stacked(console: Console, columns: Row, rows: Sequence[Row]) -> None:
    """Each row as a paragraph under its first cell, where columns would be too narrow to read."""
    widest = max(map(len, columns[1:]), default=0) + _GAP
    for row in rows:
        console.print(Text(row[0], style="bold"), soft_wrap=True)
        fields = Table(box=None, pad_edge=False, padding=(0, 0, 0, 2), show_header=False)
        fields.add_column(no_wrap=True, min_width=widest)
        fields.add_column(overflow="fold")
        for name, cell in zip(columns[1:], row[1:], strict=True):
            if cell:
                fields.add_row(Text(name.lower(), style="dim"), Text(cell))
        console.print(fields)
