"""How Node's `dotenv` package (17 and 18) reads an env file.

Rules, as its documentation gives them and as running it shows: a name is letters, digits, `_`,
`.` and `-`; `=` or `: ` follows; `#` outside quotes starts a comment even without a blank before
it; there are three kinds of quotes (`'`, `"` and the backtick), each may span lines; only `\\n`
and `\\r` are escapes, and only in double quotes; quotes count only if nothing but a comment follows
them; `${NAME}` stays.
"""

import re
from collections.abc import Iterator

from trimtab.migrate.dialect_value import Piece, Reading

_START = re.compile(
    r"^[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)(?:[^\S\n]*=|:[^\S\n]+)", re.MULTILINE | re.ASCII
)
_AFTER_QUOTE = re.compile(r"[^\S\n]*(?:#[^\n]*)?(?=\n|\Z)")
_QUOTED = {
    quote: re.compile(rf"{quote}((?:\\{quote}|[^{quote}])*){quote}") for quote in ("'", '"', "`")
}


def read_node(text: str) -> list[tuple[str, Reading]]:
    """Every key that `dotenv.parse` would return."""
    return list(_assignments(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")))


def _assignments(text: str) -> Iterator[tuple[str, Reading]]:
    position = 0
    while match := _START.search(text, position):
        value, position = _value(text, match.end())
        yield match[1], Reading((Piece(value),))


def _value(text: str, start: int) -> tuple[str, int]:
    # A quoted value may even start on a later line.
    quoted_at = next((at for at in range(start, len(text)) if not text[at].isspace()), len(text))
    quote = text[quoted_at : quoted_at + 1]
    if quote in _QUOTED:
        quoted = _QUOTED[quote].match(text, quoted_at)
        if quoted and (after := _AFTER_QUOTE.match(text, quoted.end())):
            return _unescape(quoted[1], quote), after.end()
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    value = text[start:end].partition("#")[0].strip()
    quote = value[:1]
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTED:
        value = value[1:-1]
    return _unescape(value, quote), end


def _unescape(value: str, quote: str) -> str:
    return value.replace(r"\n", "\n").replace(r"\r", "\r") if quote == '"' else value
