"""What a reader holds: the newest valid set, how new it is known to be, and what may replace it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from trimtab.snapshot import Delta, Revision, Snapshot, apply_delta

from .actions import Action, Offer
from .events import Bookmark


class Holding:
    """A set that only ever becomes newer, by epoch and then by number; each new one is offered."""

    def __init__(self, out: Callable[[Action], None], counters: Counter[str]) -> None:
        self.held: Snapshot | None = None
        self.etag: str | None = None
        self.head: Revision | None = None
        """The newest revision of the application which `held` is known to contain."""
        self.confirmed_at: float | None = None
        """When the server last said that `held` is what it has."""
        self._out = out
        self._counters = counters
        self._from_before = False  # held is of an earlier run, and no server has confirmed it

    def start(self, held: Snapshot, etag: str | None) -> None:
        """Begin with what an earlier run left."""
        self.held, self.etag, self._from_before = held, etag, True

    def replace(self, snapshot: Snapshot) -> bool:
        """Take a whole set; says no, and counts, where it is older than the one held."""
        held = self.held
        if held is not None and snapshot.revision < held.revision:
            self._counters["older_ignored"] += 1
            return False
        if held is None or snapshot.revision != held.revision or snapshot.digest != held.digest:
            self._hold(snapshot, None, ())
        return True

    def follow(self, held: Snapshot, delta: Delta) -> None:
        """Take a change of `held`; raises BadSnapshot, with everything as it was."""
        following = apply_delta(held, delta)
        self._counters["changes"] += 1
        self._hold(following, held, tuple(delta.items))

    def reach(self, held: Snapshot, mark: Bookmark) -> bool:
        """Take over a bookmark's revision if it says that this very set is the server's."""
        if mark.digest != held.digest or mark.revision.epoch != held.revision.epoch:
            return False
        if mark.revision != held.revision:
            self._hold(replace(held, revision=mark.revision), held, ())
        return True

    def confirm(self, now: float, head: Revision | None) -> None:
        """The server has what is held, and `head` is the newest revision that it contains."""
        self.confirmed_at = now
        if head is not None and (self.head is None or head > self.head):
            self.head = head
        if self._from_before and self.held is not None:
            self._hold(self.held, self.held, ())

    def _hold(self, snapshot: Snapshot, follows: Snapshot | None, changed: tuple[str, ...]) -> None:
        self.held = snapshot
        self.etag = _moved(self.etag, snapshot.revision) if follows else None
        self._from_before = False
        self._out(Offer(snapshot, follows, changed))


def _moved(etag: str | None, revision: Revision) -> str | None:
    """The ETag after a change: `"epoch.touched.scope"` with the revision in it."""
    parts = etag.strip('"').split(".") if etag else []
    return f'"{revision}.{parts[2]}"' if len(parts) == 3 else None
