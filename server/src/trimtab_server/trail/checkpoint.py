"""A signature over the heads of all chains: what was there then can be neither cut nor rebuilt.

The signed text is framed like everything that is hashed in a chain: a domain, then the canonical
JSON of time and heads. Ed25519 is RFC 8032. Pure but for the key it is given.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trimtab_server.audit.chain import framed, instant_text
from trimtab_server.errors import TrimtabError
from trimtab_server.kernel.value_types import canonical_text

FORMAT: Final = "trimtab.audit.checkpoint.v1"


class BadCheckpoint(TrimtabError):
    """This is no checkpoint of a Trimtab audit trail."""

    code = "bad-checkpoint"
    status = 422
    title = "This is no checkpoint."


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of one chain."""

    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Heads at one instant, signed. `public_key` says which key signed, not whether to trust it."""

    at: str
    heads: tuple[Head, ...]
    public_key: bytes
    signature: bytes

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether exactly this was signed with that key."""
        try:
            key = Ed25519PublicKey.from_public_bytes(public_key)
            key.verify(self.signature, _signed_text(self.at, self.heads))
        except (InvalidSignature, ValueError):
            return False
        return True

    def head_of(self, chain: str) -> Head | None:
        """What was signed of this chain."""
        return next((head for head in self.heads if head.chain == chain), None)

    def to_json(self) -> dict[str, Any]:
        """One line of a file of checkpoints."""
        return {
            "format": FORMAT,
            "at": self.at,
            "heads": [_head_json(head) for head in self.heads],
            "publicKey": _text(self.public_key),
            "signature": _text(self.signature),
        }


def sign(key: Ed25519PrivateKey, heads: Sequence[Head], at: datetime) -> Checkpoint:
    """A checkpoint of these heads."""
    instant, ordered = instant_text(at), tuple(sorted(heads, key=lambda head: head.chain))
    signature = key.sign(_signed_text(instant, ordered))
    return Checkpoint(instant, ordered, key.public_key().public_bytes_raw(), signature)


def read_checkpoint(raw: object) -> Checkpoint:
    """The checkpoint that `to_json` made.

    Raises:
        BadCheckpoint: it is none.
    """
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise BadCheckpoint from None


def read_checkpoints(text: str) -> list[Checkpoint]:
    """One from each line of a file.

    Raises:
        BadCheckpoint: there is none, or a line holds something else.
    """
    try:
        found = [read_checkpoint(json.loads(line)) for line in text.splitlines() if line.strip()]
    except ValueError:
        raise BadCheckpoint from None
    if not found:
        raise BadCheckpoint
    return found


def read_public_key(text: str) -> bytes:
    """A public key as a checkpoint names it.

    Raises:
        BadCheckpoint: it is none.
    """
    try:
        key = _bytes(text)
        Ed25519PublicKey.from_public_bytes(key)
    except ValueError:
        raise BadCheckpoint("This is no Ed25519 public key in base64url.") from None
    return key


def key_text(public_key: bytes) -> str:
    """A public key as it is shown and written down."""
    return _text(public_key)


def fingerprint(public_key: bytes) -> str:
    """A short name of a key, to compare by eye."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _read(raw: object) -> Checkpoint:
    if not isinstance(raw, Mapping) or raw["format"] != FORMAT:
        raise ValueError
    heads = tuple(
        Head(str(one["chain"]), int(one["seq"]), str(one["hash"])) for one in raw["heads"]
    )
    return Checkpoint(str(raw["at"]), heads, _bytes(raw["publicKey"]), _bytes(raw["signature"]))


def _signed_text(at: str, heads: Sequence[Head]) -> bytes:
    return framed(FORMAT, canonical_text({"at": at, "heads": [_head_json(one) for one in heads]}))


def _head_json(head: Head) -> dict[str, Any]:
    return {"chain": head.chain, "seq": head.seq, "hash": head.hash}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
