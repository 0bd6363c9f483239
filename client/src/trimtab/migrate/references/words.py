"""Which words mean true, false or a variable's name, in whatever language they are written."""

import re
from collections.abc import Callable

from .reference import Cast

BOOLEAN_WORDS = frozenset("0 1 true false yes no on off y n t f enabled disabled".split())
BOOLEAN_FUNCTIONS = re.compile(
    r"(?i)(^|[._:>])((str|string|env|parse|get|to|as|is)_?)*"
    r"(strtobool|str2bool|bool|boolean|truthy|true|falsy|trueish|booleanish)$"
)
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
UPPERCASE_NAME = re.compile(r"[A-Z][A-Z0-9]*(_+[A-Z0-9]+)*\Z")
_CASTS = {
    "bool": Cast.BOOL,
    "boolean": Cast.BOOL,
    "float": Cast.FLOAT,
    "int": Cast.INT,
    "integer": Cast.INT,
    "json": Cast.JSON,
    "list": Cast.LIST,
}
_CAST_IN_NAME = re.compile(
    r"(?:^|_)(bool|boolean|float|int|integer|json|list)$"
    r"|[a-z](Bool|Boolean|Float|Int|Integer|Json|List)$"
)
_LONGEST_NUMBER = 40
_DEFAULT_PARAMETER = re.compile(r"(?i)[_$]*(default|fallback|dflt|def|alternative|otherwise)")


def are_boolean(words: list[str]) -> bool:
    """Whether a comparison with these words asks for yes or no."""
    return bool(words) and all(word.strip().lower() in BOOLEAN_WORDS for word in words)


def cast_in_name(name: str) -> Cast | None:
    """What `env_int`, `getBool` or `readJson` promises by its name."""
    if BOOLEAN_FUNCTIONS.search(name):
        return Cast.BOOL
    found = _CAST_IN_NAME.search(name)
    return _CASTS[(found[1] or found[2]).lower()] if found else None


def default_parameter(others: list[str], given_back: Callable[[str], bool]) -> str | None:
    """Which parameter beside the name is the default: one so called, or one that is given back."""
    named = next((name for name in others if _DEFAULT_PARAMETER.match(name)), None)
    return named or next((name for name in others if given_back(name)), None)


def number_text(text: str) -> str | None:
    """A number of any of the languages (`1_000`, `3.0f`, `10L`, `0x1F`) in plain digits."""
    if len(text) > _LONGEST_NUMBER:
        return None
    plain = text.replace("_", "").replace("'", "")
    if re.fullmatch(r"[+-]?0[xXbBoO][0-9a-fA-F]+[uUlLnN]*", plain):
        return str(int(plain.rstrip("uUlLnN"), 0))
    found = re.fullmatch(
        r"([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)([uif](8|16|32|64|128|size)|[uUlLfFdDmMnN]*)",
        plain,
    )
    return found[1] if found else None
