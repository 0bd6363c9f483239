"""Find credentials in the forms of `secret_shapes`, blanked-out ones left aside."""

import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from trimtab.migrate.secret_finding import Finding
from trimtab.migrate.secret_placeholders import is_stand_in_token
from trimtab.migrate.secret_shapes import SHAPES, Shape

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CLASSIC_GITHUB_LENGTH: Final = 40
_SHORTEST: Final = 15


def find_tokens(text: str) -> Iterator[Finding]:
    """Yield every token of a provider's form.

    Doubtful is only a classic GitHub token whose checksum is wrong: GitHub never issued it.
    """
    if len(text) < _SHORTEST:
        return
    for rule, literal, pattern in _possible_shapes(text):
        if literal not in text:
            continue
        for found in pattern.finditer(text):
            if not is_stand_in_token(found[0]):
                forged = rule == "github-token" and _has_wrong_checksum(found[0])
                yield Finding(rule, found.start(), found.end(), doubtful=forged)


def _sign(shape: Shape) -> str:
    """The first character of the literal that is neither letter nor digit, "" if none is."""
    return next((c for c in shape.literal if not c.isalnum()), "")


_BY_SIGN: Final = tuple(
    (sign, tuple(shapes)) for sign, shapes in groupby(sorted(SHAPES, key=_sign), key=_sign)
)


def _possible_shapes(text: str) -> Iterator[Shape]:
    """Most texts hold few of the signs, so most literals need not be looked for."""
    for sign, shapes in _BY_SIGN:
        if sign in text:
            yield from shapes


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
