"""Judge a key by its name alone. The words are in `secret_names`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from . import secret_names as names
from .secret_finding import Finding

_WORD: Final = re.compile(r"[Oo][Aa]uth|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", re.ASCII)
_LONGEST_NAME: Final = 512


def judge_name(key: str) -> Finding | None:
    """Say whether a key of this name holds a credential; its value does not matter.

    Names longer than 512 characters are judged by their last 512.
    """
    offset = max(0, len(key) - _LONGEST_NAME)
    words = _words_of(key)
    for at, word in enumerate(words):
        if word in _TRIGGERS or word.endswith(names.STRONG_ENDINGS):
            rule = _rule_of(words, at)
            if rule is not None:
                start = list(_WORD.finditer(key, offset))[at].start()
                return Finding(rule, start, len(key), rule in _DOUBTFUL_RULES)
    return None


def judge_number_name(key: str) -> Finding | None:
    """The same for a key whose values are numbers: a PIN is a credential, a number of keys is none.

    Certain where the name ends in what can be nothing else (`DB_PASSWORD`); a guess where numbers
    are named so, too (`IMAGE_TOKEN`, `SECOND_KEY`).
    """
    found = judge_name(key)
    if found is None or found.doubtful:
        return None
    words = _words_of(key)
    if not names.QUANTITIES.isdisjoint(words) or words[-1] in _PLURALS:
        return None
    return replace(found, doubtful=not _ends_as_credential(words))


def judge_enum_name(key: str) -> Finding | None:
    """The same for a key with a list of choices: certain only where the name leaves no other way.

    Who declares the choices shows them to everybody; `AUTH_TOKEN` may well be one of `none, jwt`.
    """
    found = judge_name(key)
    if found is None or found.doubtful:
        return None
    return replace(found, doubtful=not _ends_as_credential(_words_of(key)))


def judge_member(name: str) -> Finding | None:
    """The same for the name of a member inside a JSON value, where `key` or `auth` mean little."""
    return None if name.lower() in _TOO_GENERAL else judge_name(name)


def may_name_credentials(text: str) -> bool:
    """Say whether any name in a text could be a credential's: a quick look before a slow one."""
    text = text.upper()
    return any(trigger in text for trigger in _TRIGGERS)


def _words_of(key: str) -> list[str]:
    return [word.upper() for word in _WORD.findall(key, max(0, len(key) - _LONGEST_NAME))]


def _ends_as_credential(words: Sequence[str]) -> bool:
    """`TOKEN` counts what models read, and `KEY`, `SALT` or `PASS` alone say little of a number."""
    for at in reversed(range(len(words))):
        if _is_strong(words, at):
            return words[at] != "TOKEN"
        if words[at] not in names.CARRIERS and not words[at].isdigit():
            break
    return False


_PLURALS: Final = frozenset("TOKENS KEYS PASSWORDS SECRETS PASSPHRASES APIKEYS".split())
_TOO_GENERAL: Final = frozenset(
    "key keys auth pass private salt iv pwd hmac jwt bearer clientid client_id".split()
)
_TRIGGERS: Final = (
    names.STRONG
    | names.FINAL
    | names.FINAL_DOUBTFUL
    | names.URL_WORDS
    | {last for _, last in names.STRONG_PAIRS}
    | set(names.STRONG_ENDINGS)
    | {"KEYS", "TOKENS", "WEBHOOK", "CLIENT"}
)
_DOUBTFUL_RULES: Final = frozenset({"key-name-client-id", "key-name-weak", "key-name-webhook"})


def _rule_of(words: Sequence[str], at: int) -> str | None:
    if _is_credential(words, at):
        return "key-name"
    if _is_address(words, at):
        return "key-name-url"
    if _is_webhook(words, at):
        to_chat = not names.WEBHOOK_HOSTS.isdisjoint(words[:at])
        return "key-name-url" if to_chat else "key-name-webhook"
    if _is_client_id(words, at):
        return "key-name-client-id"
    if words[at] in names.FINAL_DOUBTFUL and _is_last(words, at) and not _is_switch(words, at):
        return "key-name-weak"
    return None


def _is_credential(words: Sequence[str], at: int) -> bool:
    word, before, after = words[at], words[:at], words[at + 1 :]
    if _is_switch(words, at) or _is_taken_back(word, before):
        return False
    if _is_strong(words, at):
        return names.ABOUT.isdisjoint(after) and not _is_bare_id(words, at)
    return word in names.FINAL and _is_last(words, at)


def _is_strong(words: Sequence[str], at: int) -> bool:
    word, previous = words[at], words[at - 1] if at else ""
    if word in names.STRONG:
        return (at > 0 or word != "PWD") and word not in names.INNOCENT_WORDS
    if word in ("KEY", "KEYS"):
        return previous in names.KEY_KINDS
    if word == "TOKENS":
        return previous in names.TOKEN_KINDS
    if (previous, word) in names.STRONG_PAIRS:
        return True
    compound = word.endswith(names.STRONG_ENDINGS) and word not in names.FINAL
    return compound and word not in names.INNOCENT_WORDS


def _is_bare_id(words: Sequence[str], at: int) -> bool:
    if words[at + 1 : at + 2] != ["ID"]:
        return False
    if words[at] in ("CREDENTIAL", "CREDENTIALS"):
        return True
    return words[at] == "KEY" and words[at - 1] not in names.KEY_ID_KINDS


def _is_last(words: Sequence[str], at: int) -> bool:
    after = words[at + 1 :]
    if words[at] == "AUTH":
        return not after
    return all(word in names.CARRIERS or word.isdigit() for word in after)


def _is_switch(words: Sequence[str], at: int) -> bool:
    if not names.SWITCHES.isdisjoint(words[:at]):
        return True
    return at > 0 and words[at - 1] in names.NOT_AFTER.get(words[at], ())


def _is_taken_back(word: str, before: Sequence[str]) -> bool:
    if word not in names.TAKEN_BACK_BY_PUBLIC or names.PUBLIC.isdisjoint(before):
        return False
    shipped = before[0] == "PUBLIC" or before[0] in names.PUBLIC_PREFIXES
    return shipped or (word != "TOKEN" and not names.PUBLIC.isdisjoint(before[-2:]))


def _is_address(words: Sequence[str], at: int) -> bool:
    before = words[:at]
    return (
        words[at] in names.URL_WORDS
        and not names.URLS_WITH_CREDENTIALS.isdisjoint(before)
        and names.URLS_WITHOUT.isdisjoint(words)
    )


def _is_webhook(words: Sequence[str], at: int) -> bool:
    if words[at] != "WEBHOOK" or not names.WEBHOOK_OWN.isdisjoint(words):
        return False
    after = words[at + 1 :]
    if not after:
        return not names.WEBHOOK_HOSTS.isdisjoint(words[:at])
    return after[0] in names.URL_WORDS


def _is_client_id(words: Sequence[str], at: int) -> bool:
    return (
        words[at] == "CLIENT"
        and words[at + 1 : at + 2] == ["ID"]
        and len(words) == at + 2
        and names.CLIENT_ID_WITHOUT_SECRET.isdisjoint(words)
    )
