"""A file for one token, there before the token is made, so that none is made that gets lost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trimtab.errors import TrimtabError


class TokenFile:
    """Takes the token, if there is a file for it."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file

    def write(self, token: str) -> None:
        """The token and the end of a line."""
        if self._file is not None:
            self._file.write(f"{token}\n")


class FileIsThere(TrimtabError):
    """A token goes into a new file only."""

    code = "file-is-there"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already: name a file that is not, or remove it first.")


@contextmanager
def token_file(path: Path | None) -> Iterator[TokenFile]:
    """A new file for its owner alone (0600); removed again if no token was made. None: no file.

    Raises:
        FileIsThere: another token may be in it.
    """
    if path is None:
        yield TokenFile(None)
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileIsThere(path) from None
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            yield TokenFile(file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
