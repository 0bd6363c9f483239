"""Texts of the shapes in `contract/secret_cases.json`, with other random parts at every draw."""

import base64
import json
import random
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

_CONTRACT = Path(__file__).parents[2] / "contract" / "secret_cases.json"
_CASES: Mapping[str, Any] = json.loads(_CONTRACT.read_text(encoding="utf-8"))
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RUN = re.compile(r"[A-Za-z0-9+/=_.~%-]{12,}")

ENCODINGS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "url": lambda text: quote(text, safe=""),
}


@dataclass(frozen=True, slots=True)
class Made:
    """One credential in one encoding; `needles` are what a search for it looks for."""

    shape: str
    encoding: str
    text: str
    needles: tuple[str, ...]


def provider_shapes() -> dict[str, list[Any]]:
    """Shapes that are known for certain and have random parts, one for each rule."""
    return _shapes(doubtful=False)


def generic_shapes() -> dict[str, list[Any]]:
    """Shapes that are only guessed."""
    shapes = _shapes(doubtful=True)
    for name, length in (("base62", 40), ("base64url", 43), ("hex", 64), ("lower-digits", 40)):
        shapes[f"random-{name}"] = [{"random": name, "length": length}]
    return shapes


def make(shape: str, parts: list[Any], encoding: str, chance: random.Random) -> Made:
    """One text of that shape."""
    plain = _joined(parts, chance)
    text = ENCODINGS[encoding](plain)
    longest = max(_RUN.findall(plain) or [plain], key=len)
    return Made(shape, encoding, text, tuple({longest, ENCODINGS[encoding](longest)}))


def _shapes(*, doubtful: bool) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for case in _CASES["texts"]:
        is_random = any(isinstance(part, dict) for part in case["parts"])
        if case["secret"] and is_random and "encode" not in case and case["doubtful"] is doubtful:
            found.setdefault(case["rule"], [case.get("before", ""), *case["parts"]])
    return found


def _joined(parts: list[Any], chance: random.Random) -> str:
    made: list[str] = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        elif "random" in part:
            alphabet = _CASES["alphabets"][part["random"]]
            made.append("".join(chance.choice(alphabet) for _ in range(part["length"])))
        else:
            made.append(_checksum(made[-1]))
    return "".join(made)


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits
