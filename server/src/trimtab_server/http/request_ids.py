"""Ids for requests that bring none: version 4 UUIDs, whose random bits are drawn 256 at a time.

The system call for sixteen bytes takes longer than the whole of a kept answer.
"""

import os
from binascii import hexlify

_AT_ONCE = 256
_VARIANTS = {ord(digit): b"89ab"[int(digit, 16) % 4 :][:1] for digit in "0123456789abcdef"}

_drawn: list[bytes] = []
# Two processes never give the same ids, whenever they were forked.
os.register_at_fork(after_in_child=_drawn.clear)


def new_request_id() -> bytes:
    """An id that no request had before, as it stands in the header."""
    if not _drawn:
        digits = hexlify(os.urandom(16 * _AT_ONCE))
        _drawn.extend(digits[start : start + 32] for start in range(0, len(digits), 32))
    one = _drawn.pop()
    return b"%b-%b-4%b-%b%b-%b" % (
        one[:8],
        one[8:12],
        one[13:16],
        _VARIANTS[one[16]],
        one[17:20],
        one[20:],
    )
