"""Read one file of somebody's repository: regular files only, nothing followed."""

import codecs
import os
import stat

from ..source_tree import LARGEST_FILE_BYTES

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_SNIFFED_BYTES = 8192


def read_bytes(location: str) -> bytes | None:
    """The bytes of a regular file of at most 1 MiB, UTF-16 as UTF-8, else `None`; raises OSError.

    The file may have become a link or a pipe since the tree was walked.
    """
    descriptor = os.open(location, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE_BYTES:
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _in_utf8(file.read(LARGEST_FILE_BYTES))
    finally:
        os.close(descriptor)


def _in_utf8(data: bytes) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data


def decoded(data: bytes) -> str | None:
    """The text of a file, `None` if it is no text."""
    if b"\0" in data[:_SNIFFED_BYTES]:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
