"""The digest of a set of items: a sum, so that one change costs one subtraction and one addition.

A reader of the stream keeps the same sum over what it holds and so finds out whether it holds the
same (`contract/snapshot_cases.json`). It shows mistakes, not forgery: whoever could forge an item
could forge the sum.
"""

from hashlib import blake2b

MODULUS = 2**128


def item_number(member: bytes) -> int:
    """What one item adds: BLAKE2b with 16 bytes, big-endian, of `"KEY":ITEM` as it is sent."""
    return int.from_bytes(blake2b(member, digest_size=16).digest(), "big")


def digest_text(number: int) -> str:
    """A sum of item numbers as it is sent: 32 lower-case hex digits."""
    return f"{number % MODULUS:032x}"
