"""The file from which a program starts while no server answers.

One line of JSON about the file, then the snapshot as the server sent it, so it holds no secret:
references stay references. Written whole or not at all, for the owner alone, by any number of
processes; it never expires by itself.
"""

import fcntl
import json
import os
import stat
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from trimtab.errors import BadSnapshot
from trimtab.snapshot import MAX_BODY_BYTES, Revision, Snapshot, read_snapshot

FORMAT = 1
PAUSE_SECONDS = 1.0
_MAX_FILE_BYTES = MAX_BODY_BYTES + 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read: a snapshot, its ETag, and when (seconds since 1970) it was written."""

    snapshot: Snapshot
    etag: str | None
    saved_at: float


def default_path(
    url: str, application: str, environment: str | None, environ: Mapping[str, str]
) -> Path | None:
    """A file of its own for each server, application and environment, under the user's state
    directory (XDG); None where the user has no home."""
    home = environ.get("HOME")
    state = environ.get("XDG_STATE_HOME") or (f"{home}/.local/state" if home else "")
    if not state.startswith("/"):
        return None
    # Names of others never become parts of a path.
    scope = json.dumps([url, application, environment])
    return Path(state) / "trimtab" / f"{sha256(scope.encode()).hexdigest()[:32]}.json"


class LastKnownGood:
    """One file; failing to read or write it is counted and said, never raised."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counters: Counter[str] = Counter()
        self.problem: str | None = None
        self._waiting: tuple[Snapshot, str | None] | None = None
        self._saved_at = float("-inf")

    def read(self) -> Kept | None:
        """What the file holds; None, and why in `problem`, if there is nothing to be used."""
        try:
            return _read(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._failed("lkg_unreadable", f"{self.path} cannot be read ({error.strerror})")
        except BadSnapshot as error:
            self._failed("lkg_corrupt", f"{self.path} is ignored: {error.reason}")
        return None

    def keep(self, snapshot: Snapshot, etag: str | None) -> None:
        """Have this written when it is due."""
        self._waiting = (snapshot, etag)

    def save_if_due(self, *, at_once: bool = False) -> None:
        """Write what waits; no more than once a second unless `at_once`."""
        now = time.monotonic()
        if self._waiting is None or not (at_once or now >= self._saved_at + PAUSE_SECONDS):
            return
        (snapshot, etag), self._waiting = self._waiting, None
        self._saved_at = now
        try:
            if _write(self.path, snapshot, etag):
                self.counters["lkg_saved"] += 1
            self.problem = None
        except OSError as error:
            self._failed("lkg_unwritable", f"{self.path} cannot be written ({error.strerror})")

    def _failed(self, counter: str, problem: str) -> None:
        self.counters[counter] += 1
        self.problem = problem


def _read(path: Path) -> Kept:
    with _opened(path) as handle:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise BadSnapshot("it is no file")
        if status.st_uid not in {os.geteuid(), 0} or stat.S_IMODE(status.st_mode) & 0o022:
            raise BadSnapshot("another user owns it or may write to it")
        if status.st_size > _MAX_FILE_BYTES:
            raise BadSnapshot("it is too large")
        with os.fdopen(os.dup(handle), "rb") as file:
            head, _, body = file.read(_MAX_FILE_BYTES).partition(b"\n")
    about = _about(head)
    if about.get("sha256") != sha256(body).hexdigest():
        raise BadSnapshot("it is damaged: its sum is another one")
    etag, saved_at = about.get("etag"), about.get("savedAt")
    return Kept(
        read_snapshot(body),
        etag if isinstance(etag, str) else None,
        saved_at if isinstance(saved_at, (int, float)) else 0.0,
    )


def _about(head: bytes) -> dict[str, object]:
    try:
        about = json.loads(head)
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or about.get("trimtab") != FORMAT:
        raise BadSnapshot("it is not a file that this release wrote")
    return about


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(path, flags)
    try:
        yield handle
    finally:
        os.close(handle)


def _write(path: Path, snapshot: Snapshot, etag: str | None) -> bool:
    """Says no where another process has written something newer, or is writing now."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_writer(path.with_name(f"{path.name}.lock")) as alone:
        if not alone or _holds_newer(path, snapshot.revision):
            return False
        body = snapshot.to_json().encode()
        about = {
            "trimtab": FORMAT,
            "revision": str(snapshot.revision),
            "etag": etag,
            "savedAt": round(time.time(), 3),
            "sha256": sha256(body).hexdigest(),
        }
        _replace(path, json.dumps(about).encode() + b"\n" + body)
    return True


@contextmanager
def _only_writer(path: Path) -> Iterator[bool]:
    """The lock goes with the process, however it ends."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def _holds_newer(path: Path, revision: Revision) -> bool:
    try:
        with _opened(path) as handle:
            head = os.read(handle, 4096).partition(b"\n")[0]
        return Revision.parse(str(_about(head).get("revision"))) > revision
    except (OSError, ValueError, BadSnapshot):
        return False


def _replace(path: Path, content: bytes) -> None:
    # One scratch name is enough: only the holder of the lock writes, and what a killed one left
    # is written over.
    scratch = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(scratch, flags, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
