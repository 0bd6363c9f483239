"""Long strings that look drawn at random: a guess, so what it finds is always doubtful."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

# Random by nature and public by purpose. Blanked out before the search, the length unchanged.
_PUBLIC: Final = re.compile(
    r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b"  # UUID
    r"|\b(?:sha(?:1|224|256|384|512)|md5|blake[23][bs]?)[:-][A-Za-z0-9+/=]{20,}+"  # digests
    r"|\bdata:[a-z]+/[a-z0-9.+-]{1,60}+;base64,[A-Za-z0-9+/=]++"
    r"|\b[a-z][a-z0-9+.-]{1,30}+://[^\s\"'<>]++"  # what a URL may not hold is judged elsewhere
    r"|\b(?:ssh-[a-z0-9]+|ecdsa-[a-z0-9-]+) AAAA[A-Za-z0-9+/=]++|\bAAAA[BCE][A-Za-z0-9+/=]{30,}+"
    r"|-----BEGIN [A-Z ]{0,20}(?:CERTIFICATE|PUBLIC KEY)-----[A-Za-z0-9+/=\s\\]++"
    r"|\bMI[IGHE][A-Za-z0-9+/=]{100,}+"  # certificates and public keys; private ones are a form
    r"|\b(?:price|prod|plan|cus|sub|acct|asst|vs|file|org|proj|pk|pk_live|pk_test|phc|rzp_live"
    r"|rzp_test|sb_publishable|tmpl|wf|evt|in|pi|si)[_-][A-Za-z0-9_-]{10,}+"
    r"|\bpk\.eyJ[A-Za-z0-9_.-]++"
)
_RUN: Final = re.compile(r"(?<![A-Za-z0-9+/_=.~-])[A-Za-z0-9+/_~-]{22,}+={0,2}")
_PART: Final = re.compile(r"[A-Za-z0-9]{24,}+")
_HEX: Final = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_SHORTEST_HEX: Final = 41  # a git commit has 40 digits, an MD5 digest or bare UUID 32
_WORD: Final = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_UNSPEAKABLE: Final = re.compile(r"[bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ]{5}|[qQ][^uU]")
_VOWEL: Final = re.compile(r"[aeiouyAEIOUY]")
_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9])[0-9]+(?![A-Za-z0-9])")


def random_runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of `text` that look drawn at random."""
    if len(text) < 20:
        return
    text = _PUBLIC.sub(lambda found: " " * len(found[0]), text)
    for run in _RUN.finditer(text):
        if _is_random(run[0]):
            yield run.span()
            continue
        for part in _PART.finditer(run[0]):
            if _is_random(part[0]):
                yield run.start() + part.start(), run.start() + part.end()


def _is_random(run: str) -> bool:
    if _HEX.fullmatch(run):
        return len(run) >= _SHORTEST_HEX and _bits_per_character(run) > 3.0 and _has_both(run)
    body = _NUMBER.sub("", run)
    kinds = _kinds(body)
    if kinds < 2 or len(body) < 20:
        return False
    wordy = sum(len(word) for word in _WORD.findall(body) if _is_speakable(word))
    letters = sum(c.isalnum() for c in body)
    return wordy < 0.35 * letters and _bits_per_character(body) > 3.5


def _is_speakable(word: str) -> bool:
    return _VOWEL.search(word) is not None and _UNSPEAKABLE.search(word) is None


def _kinds(run: str) -> int:
    return (
        any("a" <= c <= "z" for c in run)
        + any("A" <= c <= "Z" for c in run)
        + any("0" <= c <= "9" for c in run)
    )


def _has_both(run: str) -> bool:
    return not run.isdigit() and not run.isalpha()


def _bits_per_character(run: str) -> float:
    total = len(run)
    return -sum(n / total * math.log2(n / total) for n in Counter(run).values())
