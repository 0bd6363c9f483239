"""No secret of the project in any text of a plan: neither by its form nor by its known value."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from trimtab.migrate.secret_placeholders import is_stand_in
from trimtab.migrate.secrets import scan_text

HIDDEN = "(hidden)"

_SHORTEST = 8
_LONG_LINE = 16
_USER_INFO = re.compile(r"://[^/\s@:]*:([^/\s@]+)@")
_MOST_FINDINGS = 20


class Concealer:
    """Knows the values of a project's secrets, and hides them wherever they are quoted."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {part for value in secrets for part in _parts(value) if _is_telling(part)}
        # The longest first: a part must not be hidden out of the middle of the whole.
        self._known = re.compile(
            "|".join(map(re.escape, sorted(known, key=len, reverse=True))) or r"(?!)"
        )

    def prose(self, text: str) -> str:
        """Words of other people: also what only looks like a credential is hidden."""
        text = self._known.sub(HIDDEN, text)
        for _ in range(_MOST_FINDINGS):
            found = scan_text(text)
            if found is None:
                return text
            text = f"{text[: found.start]}{HIDDEN}{text[found.end :]}"
        return HIDDEN

    def sentence(self, text: str) -> str:
        """Words of our own about somebody's files: random-looking paths and names may stay."""
        text = self._known.sub(HIDDEN, text)
        found = scan_text(text)
        return HIDDEN if found is not None and not found.doubtful else text

    def is_in(self, value: object) -> bool:
        """Whether the value, or a text within it, holds one of the known secrets."""
        return any(self._known.search(text) for text in _texts(value))


def _parts(value: str) -> Iterator[str]:
    yield value.strip()
    for match in _USER_INFO.finditer(value):
        yield match[1]
    if "\n" in value:
        yield from (line.strip() for line in value.splitlines() if len(line) >= _LONG_LINE)


def _is_telling(part: str) -> bool:
    """Whether a text that holds the part gives a secret away; a common word does not."""
    is_word = part.isalpha() and (part.islower() or part.isupper() or part.istitle())
    return len(part) >= _SHORTEST and not is_word and not is_stand_in(part)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield from (text for pair in value.items() for part in pair for text in _texts(part))
        case list():
            yield from (text for part in value for text in _texts(part))
