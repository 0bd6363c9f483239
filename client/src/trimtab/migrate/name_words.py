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
    "secret access bind admin proxy login file".split()
)
_RIGHT = frozenset(
    "url uri host port dir path pass password user username name key token secret file id level "
    "engine type size timeout root limit backend mode".split()
)
_WHICH_ONE = frozenset(
    "dev development prod production staging test testing local default old new main alt "
    "primary secondary backup fallback live a b v1 v2 v3 v4".split()
)
_LEAST_KEYS_WITH_PREFIX = 4
_SHARE_WITH_PREFIX = 0.5


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


def project_prefix(keys: Iterable[str], ordinary_words: Collection[str]) -> tuple[str, ...]:
    """The words that at least half of the keys start with: the project's own name.

    A word with a meaning of its own (`DB`, `SMTP`) is never a prefix.
    """
    names = {words_of(key) for key in keys}
    firsts = Counter(name[0] for name in names if len(name) > 1)
    for word, count in firsts.most_common(1):
        if word in ordinary_words or count < _LEAST_KEYS_WITH_PREFIX:
            return ()
        if count >= len(names) * _SHARE_WITH_PREFIX:
            return (word,)
    return ()


def _split_glued(word: str) -> tuple[str, ...]:
    if match := _NUMBERED.fullmatch(word):
        word = match[1]
    for cut in range(2, len(word) - 1):
        if word[:cut] in _LEFT and word[cut:] in _RIGHT and word not in _TOGETHER:
            return word[:cut], word[cut:]
    return (word,)


_TOGETHER = frozenset({"username", "hostname", "dbname", "baseurl", "apikey", "tmpdir", "dbuser"})
