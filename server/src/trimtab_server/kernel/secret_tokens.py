"""Find credentials in the forms of `secret_shapes`, blanked-out ones left aside."""

import zlib
from collections.abc import Iterator
from typing import Final

from .secret_finding import Finding
from .secret_placeholders import is_stand_in_token
from .secret_shapes import SHAPES, Shape

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHORTEST: Final = 15
_MARKED: Final = tuple((mark, shape) for shape in SHAPES for mark in shape.marks)
_CLASSIC_GITHUB_LENGTH: Final = 40


def find_tokens(text: str) -> Iterator[Finding]:
    """Yield every token of a provider's form.

    Doubtful is only a classic GitHub token whose checksum is wrong: GitHub never issued it.
    """
    if len(text) < _SHORTEST:
        return
    for shape in _shapes_marked_in(text):
        for found in shape.pattern.finditer(text):
            if not is_stand_in_token(found[0]):
                forged = shape.rule == "github-token" and _has_wrong_checksum(found[0])
                yield Finding(shape.rule, found.start(), found.end(), doubtful=forged)


def _shapes_marked_in(text: str) -> Iterator[Shape]:
    return (shape for mark, shape in _MARKED if mark in text)


def _has_wrong_checksum(token: str) -> bool:
    """The last six characters are the CRC-32 of the thirty before, in base 62."""
    if len(token) != _CLASSIC_GITHUB_LENGTH or token.startswith("github_"):
        return False
    return _crc32_in_base62(token[4:-6]) != token[-6:]


def _crc32_in_base62(text: str) -> str:
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits
