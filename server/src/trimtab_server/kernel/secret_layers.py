"""Look behind one layer of encoding: base64, hex, percent signs, escapes of a JSON string."""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote

_BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}+={0,2}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){16,}+(?![0-9A-Za-z])")
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_URL_SAFE: Final = str.maketrans("-_", "+/")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoded text and the spans of the original that its parts came from."""

    text: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def origin(self, offset: int) -> tuple[int, int]:
        """Where in the original the part at `offset` of the decoded text stands."""
        return self.spans[bisect_right(self.starts, offset) - 1]


def layers(text: str) -> Iterator[Layer]:
    """Yield what the text says behind each kind of encoding that occurs in it."""
    parts = [*_decoded(text, _BASE64, _from_base64), *_decoded(text, _HEX, bytes.fromhex)]
    if parts:
        yield _joined(parts)
    if _PERCENT.search(text):
        yield Layer(unquote(text), (0,), ((0, len(text)),))
    if "\\" in text:
        yield Layer(_ESCAPE.sub(_unescape, text), (0,), ((0, len(text)),))


_Part: TypeAlias = tuple[str, tuple[int, int]]
_Decode: TypeAlias = Callable[[str], bytes]


def _decoded(text: str, pattern: re.Pattern[str], decode: _Decode) -> Iterator[_Part]:
    for found in pattern.finditer(text):
        try:
            plain = decode(found[0]).decode()
        except (binascii.Error, ValueError):
            continue
        if len(plain) >= 8 and not _UNPRINTABLE.search(plain):
            yield plain, found.span()


def _joined(parts: list[_Part]) -> Layer:
    """One text of all parts, each on a line of its own, so that one search does for them all."""
    starts: list[int] = []
    length = 0
    for plain, _ in parts:
        starts.append(length)
        length += len(plain) + 1
    return Layer(
        "\n".join(plain for plain, _ in parts), tuple(starts), tuple(span for _, span in parts)
    )


def _from_base64(run: str) -> bytes:
    run = run.rstrip("=").translate(_URL_SAFE)
    return base64.b64decode(run + "=" * (-len(run) % 4))


def _unescape(found: re.Match[str]) -> str:
    if found[1] is not None:
        return chr(int(found[1], 16))
    return _ESCAPED.get(found[2], found[2])
