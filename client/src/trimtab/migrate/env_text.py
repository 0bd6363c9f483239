"""The bytes of an env file as text, or one clear reason why not."""

import re
import stat
from pathlib import Path

from trimtab.errors import TrimtabError

BYTE_ORDER_MARK = "\ufeff"
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_LINE_CHARACTERS = 256 * 1024
# python-dotenv looks for `\s+#` in unquoted values, which costs the square of a run of blanks.
MAX_BLANK_RUN = 2_000

_BLANKS = re.compile(r"[^\S\r\n]+")


class EnvFileRefused(TrimtabError):
    """The file cannot be read as an env file."""

    code = "env-file-refused"

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


def read_env_text(path: Path) -> str:
    """The text of the file, line ends as they are; raises EnvFileRefused."""
    data = _read_bytes(path)
    if b"\0" in data:
        raise EnvFileRefused(path, "is not text (it holds a NUL byte)")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise EnvFileRefused(path, f"is not UTF-8 text (line {line})") from None
    _check_lines(path, text)
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise EnvFileRefused(path, "is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise EnvFileRefused(path, "is not a regular file")
        if status.st_size > MAX_FILE_BYTES:
            raise EnvFileRefused(path, f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
        return path.read_bytes()
    except FileNotFoundError:
        raise EnvFileRefused(path, "does not exist") from None
    except OSError as error:
        raise EnvFileRefused(path, f"cannot be read ({error.strerror})") from None


def _check_lines(path: Path, text: str) -> None:
    longest = max(map(len, re.split(r"\r\n|\n|\r", text)))
    if longest > MAX_LINE_CHARACTERS:
        raise EnvFileRefused(path, f"has a line of more than {MAX_LINE_CHARACTERS:,} characters")
    if any(len(blanks) > MAX_BLANK_RUN for blanks in _BLANKS.findall(text)):
        raise EnvFileRefused(path, f"has a run of more than {MAX_BLANK_RUN:,} blanks in one line")
