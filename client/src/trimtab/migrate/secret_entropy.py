"""Long strings that look drawn at random: a guess, so what it finds is always doubtful."""

import re
from collections.abc import Iterator
from operator import add
from typing import Final

_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{22,}+")
_PART: Final = re.compile(r"[A-Za-z0-9]{24,}+")
_LONGEST: Final = 256  # what begins at random goes on so
_HEX: Final = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_SHORTEST_HEX: Final = 41  # a git commit has 40 digits, an MD5 digest or a bare UUID 32
_DISTINCT_CHARACTERS: Final = 10
_HEX_32: Final = re.compile(r"^(?:[0-9a-f]{32}|[0-9A-F]{32})$", re.MULTILINE)
_UUID_IN_HEX: Final = re.compile(r"[0-9a-f]{12}[147][0-9a-f]{3}[89ab][0-9a-f]{15}")
# Identifiers drawn at random or from a clock and shown to everybody: a ULID of this century, a
# document or a file at Google, an address on a chain (a private key has 64 digits).
_PUBLIC_ID: Final = re.compile(
    r"01[0-9A-HJKMNP-TV-Z]{24}|1[A-Za-z0-9_-]{43}|1[A-Za-z0-9_-]{32}|0x[0-9a-fA-F]{40}"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SEPARATOR: Final = re.compile(r"[+/_-]+")
_ALPHABET: Final = re.compile(r"abcdefg|ABCDEFG")
_TURN: Final = re.compile(r"[a-z][A-Z0-9]|[A-Z][0-9]|[0-9][A-Za-z]")
_WORD: Final = re.compile(r"[A-Z][a-z]{3,}")
_VOWEL: Final = re.compile(r"[aeiouy]")
_TURNS_PER_CHARACTER: Final = 0.15

# The 150 commonest of the 676 pairs of letters make up four fifths of the words that names and
# texts are built of, and a fifth of what is drawn at random.
_COMMON_PAIRS: Final = frozenset(
    """
    ab ac ad ag ai al am an ap ar as at ba bl ca ce ch ci ck cl co cr ct da de di do ea ec ed
    ee ef eg el em en ep er es et ev ex fi fo ge gr ha he hi ho ia ic id ie ig il im in io ir
    is it iv ke la le li ll lo ls lt lu ly ma me mi mo mp na nc nd ne ng ni no ns nt oc od ol
    om on oo op or os ot ou ow pa pe pi pl po pr pt qu ra rc rd re ri rm ro rr rs rt ru sa sc
    se sh si so sp ss st su ta te th ti to tr ts tt tu ty ue ul um un up ur us ut va ve vi yp
    """.split()
)
_PAIR_OF_LETTERS: Final = re.compile(r"[a-z](?=[a-z])")
_WORDY: Final = 0.55
_WORDY_WITHOUT_TURNS: Final = 0.35
_PASSWORD: Final = re.compile(
    r"(?=(?:[^!@#$%^&*?]*[!@#$%^&*?]){2})(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])"
    r"[A-Za-z0-9!@#$%^&*?~+=._-]{20,128}"
)
_PASSWORD_TURN: Final = re.compile(
    r"[a-z][^a-z]|[A-Z][^A-Za-z]|[0-9][^0-9]|[^A-Za-z0-9][A-Za-z0-9]"
)

# Random by nature and public by purpose: what follows these inside a word ...
_PUBLIC_AFTER: Final = re.compile(
    r"://|;base64,|pk\.eyJ|sha(?:1|224|256|384|512)[:-]|md5[:-]|blake[23][bs]?[:-]"
)
_LONG_WORD: Final = re.compile(r"[^\s\"'<>()]{22,}+")
# ... and runs that begin like this.
_PUBLIC_START: Final = re.compile(
    r"AAAA[BCE]"  # an SSH public key's body
    r"|n?MI[IGHE][A-Za-z0-9+/]{40}"  # a certificate or public key; private ones have their form
    r"|(?:price|prod|plan|cus|sub|acct|asst|vs|file|org|proj|pk|phc|rzp|tmpl|wf|sb_publishable)[_-]"
)
_PEM_FAR: Final = 16_384


def random_runs(text: str, readable: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of `text` that look drawn at random and are not known to be public.

    `readable` are the starts of runs that spell a text in some encoding: those are not random.
    """
    dull: set[str] = set()
    for start, stop in _words(text):
        for run in _RUN.finditer(text, start, stop):
            if run[0] in dull or run.start() in readable:
                continue
            part = run if _is_random(run[0]) else _random_part(run)
            if part is None:
                dull.add(run[0])
            elif not _is_public(text, *part.span()):
                yield part.span()
    if len(text) <= _LONGEST and _PASSWORD.fullmatch(text) and _is_shuffled(text):
        yield 0, len(text)


def hex_values(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of lines that are nothing but 32 hexadecimal digits.

    Digests have that form, and so do the keys of many a service; a UUID written without its
    dashes says in two of its digits what it is.
    """
    for line in _HEX_32.finditer(text):
        low = line[0].lower()
        if not low.isdigit() and not low.isalpha() and not _UUID_IN_HEX.fullmatch(low):
            yield line.span()


def _words(text: str) -> Iterator[tuple[int, int]]:
    """The words long enough to hold something random, each up to where it turns public."""
    if not _PUBLIC_AFTER.search(text):
        yield 0, len(text)
        return
    for word in _LONG_WORD.finditer(text):
        public = _PUBLIC_AFTER.search(text, *word.span())
        yield word.start(), word.end() if public is None else public.start()


def _random_part(run: re.Match[str]) -> re.Match[str] | None:
    if run[0].isalnum():
        return None
    parts = _PART.finditer(run.string, *run.span())
    found = next((part for part in parts if _is_random(part[0])), None)
    return None if found is None or _PUBLIC_START.match(run[0]) else found


def _is_random(run: str) -> bool:
    run = run[:_LONGEST]
    if not _is_varied(run) or _PUBLIC_ID.fullmatch(run):
        return False
    if _HEX.fullmatch(run):
        mixed = not run.isdigit() and not run.isalpha()
        return mixed and len(run) >= _SHORTEST_HEX
    if _share_of_common_pairs(run) >= _WORDY:
        return False
    letters = run if run.isalnum() else _without_hex(run)
    if len(letters) < 20 or _ALPHABET.search(letters):
        return False
    turns = len(_TURN.findall(letters)) >= _TURNS_PER_CHARACTER * len(letters)
    wordy = _share_of_common_pairs(letters)
    if wordy >= (_WORDY if turns else _WORDY_WITHOUT_TURNS) or _is_camel_case(letters):
        return False
    return _is_varied(letters)


def _is_camel_case(letters: str) -> bool:
    words = (word for word in _WORD.findall(letters) if _VOWEL.search(word))
    return sum(map(len, words)) >= 0.5 * len(letters)


def _is_shuffled(password: str) -> bool:
    turns = len(_PASSWORD_TURN.findall(password))
    return turns >= 0.3 * len(password) and _share_of_common_pairs(password) < _WORDY


def _is_varied(run: str) -> bool:
    return len(set(run)) >= _DISTINCT_CHARACTERS


def _without_hex(run: str) -> str:
    parts = _SEPARATOR.split(_UUID.sub("", run))
    return "".join(part for part in parts if not _HEX.fullmatch(part))


def _share_of_common_pairs(run: str) -> float:
    low = run.lower()
    pairs = len(_PAIR_OF_LETTERS.findall(low))
    common = sum(map(_COMMON_PAIRS.__contains__, map(add, low, low[1:])))
    return common / pairs if pairs else 0.0


def _is_public(text: str, start: int, end: int) -> bool:
    return _PUBLIC_START.match(text, start, end) is not None or _is_in_public_pem(text, start)


def _is_in_public_pem(text: str, at: int) -> bool:
    begin = text.rfind("-----BEGIN ", max(0, at - _PEM_FAR), at)
    if begin < 0:
        return False
    label = text[begin + 11 : begin + 45].partition("-----")[0]
    return "PRIVATE" not in label and ("CERTIFICATE" in label or "PUBLIC KEY" in label)
