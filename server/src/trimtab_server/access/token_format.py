"""The text of a token: `tt_<id>_<secret><checksum>`.

Scanners find it by its prefix and can tell it from a chance match by its checksum, and so can we,
before any query: a mistyped token costs nothing. The id is public; the secret has 256 bits.
"""

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

PREFIX = "tt_"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID_LENGTH = 12
_SECRET_BYTES = 32
_SECRET_LENGTH = 43  # 62**43 > 2**256
_CHECKSUM_LENGTH = 6  # 62**6 > 2**32
_SHAPE = re.compile(
    rf"(?P<signed>{PREFIX}(?P<id>[0-9A-Za-z]{{{_ID_LENGTH}}})_[0-9A-Za-z]{{{_SECRET_LENGTH}}})"
    rf"(?P<checksum>[0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A token somebody showed us: the id to find it by and the digest to compare."""

    public_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class MintedToken:
    """A new token. `text` is shown to its owner once and kept nowhere."""

    text: str = field(repr=False)
    public_id: str
    digest: str
    last4: str


def mint() -> MintedToken:
    """A token nobody has seen before."""
    public_id = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
    secret = _base62(int.from_bytes(secrets.token_bytes(_SECRET_BYTES), "big"), _SECRET_LENGTH)
    signed = f"{PREFIX}{public_id}_{secret}"
    text = signed + _checksum(signed)
    return MintedToken(text, public_id, _digest(text), text[-4:])


def parse(text: str) -> PresentedToken | None:
    """The token as it is looked up, or None for what was never one of ours or is mistyped."""
    match = _SHAPE.fullmatch(text)
    if match is None or _checksum(match["signed"]) != match["checksum"]:
        return None
    return PresentedToken(match["id"], _digest(text))


def holds_token(text: str) -> bool:
    """Whether something of a token's form stands in the text, mistyped ones among them."""
    return _SHAPE.search(text) is not None


def without_tokens(text: str) -> str:
    """The text with every token in it cut down to its prefix and id, for logs."""
    return _SHAPE.sub(lambda match: f"{PREFIX}{match['id']}_…", text)


def _digest(text: str) -> str:
    """SHA-256 in hex digits: what is stored. Of 256 random bits a slow hash would add nothing."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _checksum(signed: str) -> str:
    return _base62(zlib.crc32(signed.encode("ascii")), _CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
