"""Taking keys out of an env file: their lines become comments, everything else stays as it is."""

import os
import stat
import tempfile
from collections.abc import Collection
from pathlib import Path

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import parse_env_text
from trimtab.migrate.env_lines import lines_of
from trimtab.migrate.env_text import read_env_text


def commented_out(text: str, keys: Collection[str], dialect: Dialect) -> str:
    """The text with the assignments of `keys` as comments, each under a note where it went."""
    lines = lines_of(text)
    for item in parse_env_text(text, dialect).assignments:
        if item.commented_out or item.key not in keys:
            continue
        for index in range(item.line - 1, item.end_line):
            lines[index] = f"# {lines[index]}"
        end = "\r\n" if lines[item.line - 1].endswith("\r\n") else "\n"
        lines[item.line - 1] = f"{note_of(item.key)}{end}{lines[item.line - 1]}"
    return "".join(lines)


def note_of(key: str) -> str:
    """The line above a key that was taken out."""
    return f"# in the store now, see `trimtab explain {key}`"


def comment_out(path: Path, keys: Collection[str], dialect: Dialect) -> list[str]:
    """Do that to a file, whole or not at all, keeping its mode; gives the keys it had."""
    text = read_env_text(path)
    found = [key for key in parse_env_text(text, dialect).values() if key in keys]
    if found:
        replace_file(path, commented_out(text, keys, dialect))
    return found


def replace_file(path: Path, text: str) -> None:
    """Write the file whole or not at all; it keeps its mode, a new one is its owner's alone."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            os.fchmod(file.fileno(), mode)
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
