"""Values as a program gets them: `${NAME}` filled in from what was set before."""

import re
from collections.abc import Iterator, Mapping

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.dialect_python import expand_python
from trimtab.migrate.dialect_value import Piece, Reading, expand

from .files import ReadFile
from .occurrence import Occurrence
from .roles import BASE

_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")


def occurrences_of(files: tuple[ReadFile, ...], dialect: Dialect) -> Iterator[Occurrence]:
    """Every assignment of every file, in the files' order."""
    known: dict[str, dict[str, str]] = {BASE: {}}
    for file in files:
        if file.environment is None:
            scope: dict[str, str] = {}
        else:
            scope = known.setdefault(file.environment, dict(known[BASE]))
        yield from _of_file(file, dialect, scope)


def _of_file(file: ReadFile, dialect: Dialect, scope: dict[str, str]) -> Iterator[Occurrence]:
    used = dialect if file.env_file is not None else Dialect.COMPOSE
    readings = _readings(file, used)
    for item in file.assignments:
        reading = readings.get(item.line) or Reading((Piece(item.value, expands=True),))
        value = _filled_in(used, reading, scope)
        uses = _uses(reading, value)
        if not item.commented_out:
            scope[item.key] = value
        yield Occurrence(
            file.path,
            file.environment,
            item,
            value,
            uses,
            tuple(name for name in uses if name not in scope),
        )


def _readings(file: ReadFile, dialect: Dialect) -> Mapping[int, Reading]:
    """What another dialect makes of each line; the last assignment of a key is what counts."""
    if file.env_file is None or dialect is Dialect.PYTHON_DOTENV:
        return {}
    lines = {item.key: item.line for item in file.assignments if not item.commented_out}
    read = dict(dialect.read(file.env_file.render()))
    return {line: read[key] for key, line in lines.items() if key in read and not read[key].refused}


def _filled_in(dialect: Dialect, reading: Reading, scope: Mapping[str, str]) -> str:
    if dialect is Dialect.PYTHON_DOTENV:
        return expand_python(reading, scope)
    return expand(reading, scope) or ""


def _uses(reading: Reading, value: str) -> tuple[str, ...]:
    """The variables in a value; none where nothing was filled in."""
    if reading.text == value:
        return ()
    return tuple(dict.fromkeys(_VARIABLE.findall(reading.text)))
