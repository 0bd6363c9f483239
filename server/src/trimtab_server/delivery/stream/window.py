"""Which keys each of the latest revisions touched: enough to resume a stream from. Pure.

Not what was sent: a reader that comes back gets every key that it missed once, as it is now. So
the window holds no values, and what was purged cannot come out of it.
"""

from collections import deque
from collections.abc import Iterable
from itertools import takewhile

MOST_REVISIONS = 20_000
MOST_BYTES = 4 * 1024 * 1024
# What CPython 3.11 needs for a revision and for each of its keys; the texts are the snapshot's.
_REVISION_BYTES = 144
_KEY_BYTES = 8


class Window:
    """From revision `floor`, of whose own changes it knows nothing, to `latest`."""

    def __init__(
        self, start: int, *, most_revisions: int = MOST_REVISIONS, most_bytes: int = MOST_BYTES
    ) -> None:
        self.floor = self.latest = start
        self._most_revisions = most_revisions
        self._most_bytes = most_bytes
        self._touched: deque[tuple[int, tuple[str, ...]]] = deque()
        self._bytes = 0

    def append(self, revision: int, keys: Iterable[str]) -> None:
        """A later revision, and the keys that differ since the one before."""
        touched = revision, tuple(keys)
        self._touched.append(touched)
        self._bytes += _size(touched[1])
        self.latest = revision
        while len(self._touched) > self._most_revisions or self._bytes > self._most_bytes:
            self.floor, gone = self._touched.popleft()
            self._bytes -= _size(gone)

    def keys_since(self, revision: int) -> set[str] | None:
        """The keys that a reader who has this revision may hold otherwise; None: it is too old,
        or newer than the latest."""
        if not self.floor <= revision <= self.latest:
            return None
        missed = takewhile(lambda one: one[0] > revision, reversed(self._touched))
        return {key for _, keys in missed for key in keys}


def _size(keys: tuple[str, ...]) -> int:
    return _REVISION_BYTES + _KEY_BYTES * len(keys)
