"""The folder that holds database, profile and log: for its owner alone, used by one `up`."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trimtab.errors import TrimtabError

try:
    import fcntl
except ImportError:  # there are no file locks of this kind on Windows
    fcntl = None  # type: ignore[assignment]


class BadDataDir(TrimtabError):
    """The data directory cannot be used."""

    code = "bad-data-dir"


class AlreadyRunning(TrimtabError):
    """Another `trimtab up` uses this data directory."""

    code = "already-running"


# What stands in a data directory of ours; without one of them a folder is somebody else's.
_OURS = ("up.lock", "profile.json", "trimtab.sqlite3")


def prepare(path: Path) -> Path:
    """Make the folder (0700), or take an existing one of ours back from others.

    Raises:
        BadDataDir: it cannot be used, or it holds something that is not ours.
    """
    path = path.absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(path.iterdir()) and not any((path / name).exists() for name in _OURS):
            raise BadDataDir(
                f"{path} is a folder with other things in it, which would be hidden from others: "
                "name a new or empty one with --data-dir."
            )
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o700)
        (path / ".gitignore").write_text("*\n", encoding="utf-8")  # a token lies here
    except FileExistsError:
        raise BadDataDir(
            f"{path} is a file, and the data directory is a folder: name another with --data-dir."
        ) from None
    except OSError as error:
        raise BadDataDir(
            f"The data directory {path} cannot be made or used ({error.strerror}): "
            "name another with --data-dir."
        ) from None
    return path


@contextmanager
def sole_use(path: Path) -> Iterator[None]:
    """Keep the folder for this process; raises AlreadyRunning."""
    handle = os.open(path / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(
            f"`trimtab up` runs already with the data directory {path}: "
            "use it, stop it, or name another with --data-dir."
        ) from None
