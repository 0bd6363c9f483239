"""Tokens of our own form that are none, made of one that is live and some that were."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping

from .headers import Headers

# What it is, the headers to send, and what to add to the query.
Forgery = tuple[str, Headers, str]
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOBODYS = ("Zq3vT0rY8kLm", "R7fJ2" + "xWc9Ns4" * 5 + "bQe")


def forged_tokens(live: str, ended: Mapping[str, str]) -> Iterator[Forgery]:
    """Everything but the live token in its place; `ended` are tokens that were good, and why
    they are so no more. Independent of the server: written from what is documented of tokens."""
    for why, text in ended.items():
        yield why, _bearer(text), ""
    yield from _of_parts(live, ended)
    yield from _misspelled(live)
    yield from _in_other_bytes(live)
    yield from _in_other_headers(live, ended)
    yield from _elsewhere(live, ended)


def _of_parts(live: str, ended: Mapping[str, str]) -> Iterator[Forgery]:
    """A right checksum, and not the right id and secret together."""
    _, own_id, secret, checksum = _parts(live)
    yield "nobody's", _bearer(_signed(*_NOBODYS)), ""
    yield "secret of zeros", _bearer(_signed(own_id, "0" * 43)), ""
    yield "its secret under another id", _bearer(_signed(_NOBODYS[0], secret)), ""
    for why, other in ended.items():
        _, other_id, other_secret, _ = _parts(other)
        yield f"its secret, id of {why}", _bearer(_signed(other_id, secret)), ""
        yield f"its id, secret of {why}", _bearer(_signed(own_id, other_secret)), ""
    for at in (0, 10, 21, 42):
        near = secret[:at] + ("a" if secret[at] != "a" else "b") + secret[at + 1 :]
        yield f"another secret at {at}", _bearer(_signed(own_id, near)), ""
        yield f"the same, old checksum, {at}", _bearer(f"tt_{own_id}_{near}{checksum}"), ""


def _misspelled(live: str) -> Iterator[Forgery]:
    _, own_id, secret, checksum = _parts(live)
    yield "checksum of zeros", _bearer(f"tt_{own_id}_{secret}000000"), ""
    for short in (1, 6, 7, 30, 49, 50, 62):
        yield f"{short} less", _bearer(live[:-short]), ""
        yield f"{short} less in front", _bearer(live[short:]), ""
    for form in (str.upper, str.lower, str.swapcase, str.title):
        yield f"as {form.__name__}", _bearer(form(live)), ""
    for prefix in ("tt-", "TT_", "Tt_", "t_", "tt__", "tt:", "ghp_", ""):
        yield f"prefix {prefix!r}", _bearer(prefix + live[3:]), ""
    for dash in ("-", ".", "", "__", "%5f", "\xad"):
        yield f"dash {dash!r}", _bearer(f"tt_{own_id}{dash}{secret}{checksum}"), ""
    for space in (" ", "\t", "\x00", "\n", "\r\n", "\xa0", "\x0b", "\x85", "%20", "+"):
        yield f"{space!r} before it", _bearer(space + live), ""
        yield f"{space!r} behind it", _bearer(live + space), ""
        yield f"{space!r} in it", _bearer(live[:30] + space + live[30:]), ""


def _in_other_bytes(live: str) -> Iterator[Forgery]:
    yield "byte order mark", _bearer(b"\xef\xbb\xbf" + live.encode()), ""
    yield "full width", _bearer("".join(chr(ord(one) + 0xFEE0) for one in live).encode()), ""
    yield "UTF-16", _bearer(live.encode("utf-16-le")), ""
    yield "Cyrillic", _bearer(live.replace("t", "\u0442", 1).encode()), ""
    yield "Arabic digits", _bearer("tt_\u0661\u0662".encode() + live[5:].encode()), ""
    yield "not UTF-8", _bearer(b"\xff\xfe" + live.encode()), ""
    yield "escaped", _bearer("".join(f"%{ord(one):02x}" for one in live)), ""
    yield "in base64", _bearer(base64.b64encode(live.encode())), ""
    yield "in quotes", _bearer(f'"{live}"'), ""
    yield "as JSON", _bearer(json.dumps({"token": live})), ""
    yield "its digest", _bearer(hashlib.sha256(live.encode()).hexdigest()), ""
    yield "twice", _bearer(live * 2), ""
    yield "two of them", _bearer(f"{live} {live}"), ""
    yield "a list", _bearer(f"{live},{live}"), ""
    yield "very long", _bearer(live + "a" * 60_000), ""


def _in_other_headers(live: str, ended: Mapping[str, str]) -> Iterator[Forgery]:
    for text in ("", "Bearer", f"Bearer{live}", f"Basic {live}", f"Token {live}", live):
        yield f"header {text[:9]!r}", [(b"authorization", text.encode())], ""
    good = _bearer(live)[0]
    for beside in (good, *[_bearer(one)[0] for one in ended.values()], (b"authorization", b"")):
        yield "before another header", [good, beside], ""
        yield "behind another header", [beside, good], ""
    for name in ("x-api-key", "proxy-authorization", "x-authorization", "authorization ", "auth"):
        yield f"in {name}", [(name.encode(), f"Bearer {live}".encode())], ""


def _elsewhere(live: str, ended: Mapping[str, str]) -> Iterator[Forgery]:
    query = f"access_token={live}&token={live}&authorization=Bearer%20{live}"
    yield "in the query", [], query
    yield "in the query, escaped", [], query.replace("tt_", "%74t%5F")
    for why, text in ended.items():
        yield f"in the query, in its place one {why}", _bearer(text), query
    for cookie in (f"token={live}", f"Authorization=Bearer {live}", f"session={live}"):
        yield "in a cookie", [(b"cookie", cookie.encode())], ""


def _parts(token: str) -> tuple[str, str, str, str]:
    prefix, public_id, rest = token.split("_")
    return prefix, public_id, rest[:-6], rest[-6:]


def _signed(public_id: str, secret: str) -> str:
    """With the right checksum: CRC-32 in six digits of base 62."""
    start = f"tt_{public_id}_{secret}"
    number, digits = zlib.crc32(start.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return start + digits


def _bearer(text: str | bytes) -> Headers:
    credential = text if isinstance(text, bytes) else text.encode("latin-1")
    return [(b"authorization", b"Bearer " + credential)]
