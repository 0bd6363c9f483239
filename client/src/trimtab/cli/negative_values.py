"""`trimtab set OFFSET -5`: a negative number is a value, not an option."""

import re
from collections.abc import Sequence

_NEGATIVE = re.compile(r"-\.?[0-9].*")
_TAKE_A_VALUE_NEXT = frozenset(
    {"-e", "--environment", "-a", "--application", "-m", "--comment", "--file"}
)
_COMMANDS = frozenset({"set", "validate"})


def keep_negative_values(arguments: Sequence[str]) -> list[str]:
    """The arguments with a negative number moved behind `--`, where options have ended.

    It is the last positional argument of the commands that take a value, so order is kept.
    """
    given = list(arguments)
    if not given or given[0] not in _COMMANDS or "--" in given:
        return given
    for index in range(1, len(given)):
        if _NEGATIVE.fullmatch(given[index]) and given[index - 1] not in _TAKE_A_VALUE_NEXT:
            return [*given[:index], *given[index + 1 :], "--", given[index]]
    return given
