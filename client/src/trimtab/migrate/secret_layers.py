"""Look behind one layer of encoding: base64, hex, percent signs, escapes of a JSON string."""

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}+={0,2}")
_HEX: Final = re.compile(r"[0-9a-fA-F]{32,}+")
_PERCENT: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Layer:
    """A decoded text and the spans of the original that its parts came from.

    `of_runs` says that the parts were single runs of an encoding, not the text as a whole.
    """

    text: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    of_runs: bool

    def origin(self, offset: int) -> tuple[int, int]:
        """Where in the original the part at `offset` of the decoded text stands."""
        return self.spans[bisect_right(self.starts, offset) - 1]


def layers(text: str) -> Iterator[Layer]:
    """Yield what the text says behind each kind of encoding that occurs in it."""
    parts = [*_decoded(text, _BASE64, _from_base64), *_decoded(text, _HEX, bytes.fromhex)]
    if parts:
        yield _joined(parts)
    escaped = "\\" in text
    if escaped or _PERCENT.search(text):
        plain = unquote(_unescaped(text) if escaped else text)
        yield Layer(plain, (0,), ((0, len(text)),), of_runs=False)


_Part: TypeAlias = tuple[str, tuple[int, int]]
_Decode: TypeAlias = Callable[[str], bytes]


def _decoded(text: str, pattern: re.Pattern[str], decode: _Decode) -> Iterator[_Part]:
    for found in pattern.finditer(text):
        try:
            plain = decode(found[0]).decode()
        except (binascii.Error, ValueError):
            continue
        if not _UNPRINTABLE.search(plain):
            yield plain, found.span()


def _joined(parts: list[_Part]) -> Layer:
    """One text of all parts, each on a line of its own, so that one search does for them all."""
    starts: list[int] = []
    length = 0
    for plain, _ in parts:
        starts.append(length)
        length += len(plain) + 1
    text = "\n".join(plain for plain, _ in parts)
    return Layer(text, tuple(starts), tuple(span for _, span in parts), of_runs=True)


def _from_base64(run: str) -> bytes:
    run = run.rstrip("=").translate(_URL_SAFE)
    return base64.b64decode(run + "=" * (-len(run) % 4))


def _unescaped(text: str) -> str:
    text = (
        text.replace("\\\\", "\x00").replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    )
    text = _CODE_POINT.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\\", "").replace("\x00", "\\")
