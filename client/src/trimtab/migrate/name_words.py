"""A key's name as words, without what all keys of the project have in common."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

_SEPARATORS = re.compile(r"[_.\-]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBERED = re.compile(r"([a-z]{4,})\d+")
# Written together as often as apart: DBHOST, BASEURL, TMPDIR.
_LEFT = frozenset(
    "api app auth base bucket cache client data db host http https log mail mysql pg postgres "
    "queue redis root s3 server site smtp sql static temp tmp user web worker public private "
    "secret access bind admin proxy login file max min num".split()
)
_RIGHT = frozenset(
    "url uri host port dir path pass password user username name key token secret file id level "
    "engine type size timeout root limit backend mode threads connections workers".split()
)
_WHICH_ONE = frozenset(
    "base64 b64 json pem hex raw value dev development prod production staging test testing local "
    "default old new main alt primary secondary backup fallback live a b v1 v2 v3 v4".split()
)
_LEAST_KEYS = 4
_SHARE = 0.1
_SHARE_OF_ORDINARY_WORD = 0.7


@lru_cache(maxsize=8192)
def words_of(key: str) -> tuple[str, ...]:
    """The words of a name in lower case: `DBHost_URL2` is `db host url`."""
    words: list[str] = []
    for part in _SEPARATORS.split(key):
        pieces = [part] if part.upper() == part else _CAMEL.split(part)
        for piece in pieces:
            words.extend(_split_glued(piece.lower()))
    return tuple(word for word in words if word)


def without_which_one(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the words at the end that only tell siblings apart: `_DEV`, `_2`, `_DEFAULT`."""
    end = len(words)
    while end > 1 and (words[end - 1].isdigit() or words[end - 1] in _WHICH_ONE):
        end -= 1
    return words[:end]


def project_prefixes(
    keys: Iterable[str], ordinary: Collection[str], products: Collection[str]
) -> frozenset[str]:
    """First words that are the project's own name, or the name of a part of it.

    A product (`REDIS`) never is one; a word with a meaning of its own (`GATEWAY`) only if nearly
    all keys start with it.
    """
    names = [name for name in {words_of(key) for key in keys} if len(name) > 1]
    prefixes = set()
    for word, count in Counter(name[0] for name in names).items():
        share = _SHARE_OF_ORDINARY_WORD if word in ordinary else _SHARE
        if word not in products and count >= _LEAST_KEYS and count >= len(names) * share:
            prefixes.add(word)
    return frozenset(prefixes)


def _split_glued(word: str) -> tuple[str, ...]:
    if match := _NUMBERED.fullmatch(word):
        word = match[1]
    for cut in range(2, len(word) - 1):
        if word[:cut] in _LEFT and word[cut:] in _RIGHT and word not in _TOGETHER:
            return word[:cut], word[cut:]
    return (word,)


_TOGETHER = frozenset(
    {"username", "hostname", "dbname", "baseurl", "apikey", "tmpdir", "dbuser", "pgid"}
)
