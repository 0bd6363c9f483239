"""A seal on what is put where others can write: only who knows the key can make it. Pure."""

import hashlib
import hmac

_BYTES = 32


class Seal:
    """HMAC-SHA-256. Keys of different purposes have nothing to do with each other."""

    def __init__(self, key: str, purpose: str) -> None:
        self._key = hashlib.sha256(f"trimtab redis {purpose}\0{key}".encode()).digest()

    def on(self, stated: str, body: bytes) -> bytes:
        """The body under a seal that holds for it only together with what is stated."""
        return self._of(stated, body) + body

    def body(self, stated: str, sealed: bytes) -> bytes | None:
        """The body, if the seal on it is ours and for just this; else None."""
        seal, body = sealed[:_BYTES], sealed[_BYTES:]
        return body if hmac.compare_digest(self._of(stated, body), seal) else None

    def name(self, text: str) -> str:
        """A name for the text from which nobody without the key learns the text."""
        return hmac.digest(self._key, b"name\0" + text.encode(), "sha256").hex()[:40]

    def _of(self, stated: str, body: bytes) -> bytes:
        return hmac.digest(self._key, f"{stated}\0".encode() + body, "sha256")
