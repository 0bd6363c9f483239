"""Lines of env files: found with what they came from, and written so that they parse back."""

import re
from collections.abc import Iterable

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import parse_env_text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


def lines_of(text: str) -> list[str]:
    """The lines with their ends, counted as the readers of env files count them."""
    return [line for line in _LINE.findall(text) if line]


def env_line(key: str, value: str, dialect: Dialect) -> str | None:
    """`KEY=value` in the first form of quotes that gives exactly `value`; None: there is none."""
    return next((line for line in _forms(key, value) if _gives(line, key, value, dialect)), None)


def _forms(key: str, value: str) -> Iterable[str]:
    escaped = value.replace("\\", "\\\\")
    yield f"{key}={value}\n"
    yield f"{key}='{value}'\n"
    yield f'{key}="{value}"\n'
    yield f"{key}='{escaped.replace(chr(39), chr(92) + chr(39))}'\n"
    yield f'{key}="{escaped.replace(chr(34), chr(92) + chr(34))}"\n'


def _gives(line: str, key: str, value: str, dialect: Dialect) -> bool:
    read = parse_env_text(f"{line}AFTER=1\n", dialect)
    return not read.broken and read.values() == {key: value, "AFTER": "1"}
