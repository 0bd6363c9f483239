"""Following a file: a snapshot that somebody else puts there."""

import asyncio
import logging
import threading
import time
from collections import Counter
from pathlib import Path

from trimtab.errors import BadSnapshot
from trimtab.snapshot import MAX_BODY_BYTES, read_snapshot
from trimtab.store import Source, Store

from .follower import Standing

_log = logging.getLogger("trimtab")
INTERVAL_SECONDS = 1.0


class FileConnector:
    """Looks at a file once a second and offers what is in it when it changed.

    The file holds the body of `GET /api/v1/snapshot`, or is a last-known-good file. Replace it
    whole, by renaming another over it. One that cannot be read leaves everything as it was.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.path = path
        self._store = store
        self._seen: tuple[int, int, int] | None = None
        self._counters: Counter[str] = Counter()
        self._problem: str | None = None
        self._checked_at: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trimtab", daemon=True)

    def check(self) -> None:
        """Look now."""
        try:
            status = self.path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen:
                self._offer()
                self._seen = seen
            self._checked_at = time.monotonic()
            self._problem = None
        except OSError as error:
            self._failed("files_unreadable", f"{self.path} cannot be read ({error.strerror})")
        except BadSnapshot as error:
            self._failed("malformed", f"{self.path} cannot be used: {error.reason}")

    def start(self) -> None:
        """Look again and again in a daemon thread."""
        self._thread.start()

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            self.check()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(seconds)

    def standing(self) -> Standing:
        """How it stands."""
        at = self._checked_at
        return Standing(
            connected=self._problem is None,
            head=self._store.state.revision,
            age_seconds=None if at is None else time.monotonic() - at,
            last_error=self._problem,
            counters=dict(self._counters),
            last_known_good=None,
        )

    def _offer(self) -> None:
        with self.path.open("rb") as file:
            content = file.read(MAX_BODY_BYTES + 1)
        head, newline, body = content.partition(b"\n")
        is_kept = newline and b'"items"' not in head and b'"trimtab"' in head
        self._store.offer(read_snapshot(body if is_kept else content), Source.FILE)

    def _failed(self, counter: str, problem: str) -> None:
        if problem != self._problem:
            _log.error("%s", problem)
        self._counters[counter] += 1
        self._problem = problem

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL_SECONDS):
            try:
                self.check()
            except Exception:  # noqa: BLE001  (the thread must outlive whatever goes wrong here)
                _log.exception("following %s failed; trying again", self.path)
