"""What a dialect makes of one value, before and after its variables are filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z_]\w*)|"
    r"\{(?P<braced>[A-Za-z_]\w*)(?:(?P<operator>:?[-+?])(?P<word>[^{}]*))?\})"
)


_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)")
_LONGEST_FILLED_IN = 256 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value; in one that `expands`, `$NAME` stands for a variable."""

    text: str
    expands: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A value as pieces, or the reason why the dialect sets none."""

    pieces: tuple[Piece, ...] = ()
    refused: str = ""

    @property
    def text(self) -> str:
        """The value with its variables left as they are written."""
        return "".join(piece.text for piece in self.pieces)


def expand(reading: Reading, known: Mapping[str, str]) -> str | None:
    """The value with `$NAME`, `${NAME}` and `${NAME:-word}` filled in from `known`.

    The forms are those of POSIX.1-2024, Shell Command Language 2.6.2, and of the Compose
    specification, "Interpolation". None if the dialect refuses the value. A value that would
    grow beyond all use is left as it is written.
    """
    if reading.refused:
        return None
    if grows_too_long(reading, known):
        return reading.text
    return "".join(
        _VARIABLE.sub(lambda match: _filled_in(match, known), piece.text)
        if piece.expands
        else piece.text
        for piece in reading.pieces
    )


def grows_too_long(reading: Reading, known: Mapping[str, str]) -> bool:
    """Whether filling in `known` makes more text than any setting holds: lines can double."""
    names = _NAME.findall(reading.text)
    return sum(len(known.get(name, "")) for name in names) > _LONGEST_FILLED_IN


def _filled_in(match: re.Match[str], known: Mapping[str, str]) -> str:
    if match["dollar"]:
        return "$"
    name = match["name"] or match["braced"]
    operator, word = match["operator"] or "", match["word"] or ""
    value = known.get(name)
    is_set = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("-"):
        return value or "" if is_set else word
    if operator.endswith("+"):
        return word if is_set else ""
    return value or ""
