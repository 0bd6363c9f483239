"""The shape of a read, and how its arguments are found."""

import ast
from dataclasses import dataclass

from ..exports import Wrapper
from ..reference import NOTHING, Facts


@dataclass(frozen=True, slots=True)
class Read:
    """An expression whose value is a variable's; `key` gives the name, after `prefix`.

    `key` is the names themselves where the code does not spell them as an argument. A read
    `through` a function of the program has the name that this function makes of it.
    """

    node: ast.expr
    key: ast.expr | tuple[str, ...]
    reader: str
    facts: Facts = NOTHING
    prefix: str = ""
    default: ast.expr | None = None
    through: Wrapper | None = None


def argument(call: ast.Call, position: int | None, *names: str) -> ast.expr | None:
    """The argument at a position or under one of the names."""
    if position is not None and position < len(call.args):
        found = call.args[position]
        return None if isinstance(found, ast.Starred) else found
    return next((word.value for word in call.keywords if word.arg in names), None)
