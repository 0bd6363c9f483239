"""The four sets of rules by which programs read env files."""

from collections.abc import Iterable
from enum import StrEnum

from trimtab.migrate.dialect_compose import read_compose
from trimtab.migrate.dialect_node import read_node
from trimtab.migrate.dialect_python import expand_python, read_python
from trimtab.migrate.dialect_shell import read_shell
from trimtab.migrate.dialect_value import Reading, expand


class Dialect(StrEnum):
    """Who reads the file; the sources of the rules are named in the module of each."""

    PYTHON_DOTENV = "python-dotenv"
    NODE_DOTENV = "Node dotenv"
    COMPOSE = "Compose"
    POSIX_SHELL = "POSIX shell"

    def read(self, text: str) -> list[tuple[str, Reading]]:
        """Every assignment in file order, so that the last of a key wins; refused ones say why."""
        readers = {
            Dialect.PYTHON_DOTENV: read_python,
            Dialect.NODE_DOTENV: read_node,
            Dialect.COMPOSE: read_compose,
            Dialect.POSIX_SHELL: read_shell,
        }
        return readers[self](text)


def filled_in(dialect: Dialect, readings: Iterable[tuple[str, Reading]]) -> dict[str, str | None]:
    """What each key holds at the end, with variables from the assignments before it."""
    known: dict[str, str] = {}
    values: dict[str, str | None] = {}
    for key, reading in readings:
        if dialect is Dialect.PYTHON_DOTENV:
            value: str | None = expand_python(reading, known)
        else:
            value = expand(reading, known)
        values[key] = value
        if value is not None:
            known[key] = value
    return values
