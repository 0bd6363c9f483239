"""How python-dotenv reads an env file: by python-dotenv itself.

It fills in `${NAME}` and `${NAME:-word}` in every value, also inside single quotes, and leaves
`$NAME` alone; its own `parse_variables` is the rule.
"""

import io
from collections.abc import Mapping

from dotenv.parser import parse_stream
from dotenv.variables import parse_variables

from trimtab.migrate.dialect_value import Piece, Reading, grows_too_long


def read_python(text: str) -> list[tuple[str, Reading]]:
    """Every key python-dotenv would set."""
    return [
        (binding.key, Reading((Piece(binding.value, expands=True),)))
        for binding in parse_stream(io.StringIO(text, newline=""))
        if binding.key is not None and binding.value is not None
    ]


def expand_python(reading: Reading, known: Mapping[str, str]) -> str:
    """The value with variables filled in as python-dotenv does, unless it grows beyond all use."""
    if grows_too_long(reading, known):
        return reading.text
    return "".join(atom.resolve(dict(known)) for atom in parse_variables(reading.text))
