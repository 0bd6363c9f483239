"""Refuse credentials: by a key's name, by a text's form, and through a setting's whole value."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, chain
from typing import Final

from .secret_entropy import hex_values, random_runs
from .secret_finding import Finding
from .secret_forms import find_forms
from .secret_json import Text, decode_json, looks_like_json, pointer_of, strings_in
from .secret_keys import (
    judge_enum_name,
    judge_member,
    judge_name,
    judge_number_name,
    may_name_credentials,
)
from .secret_layers import Layer, layers
from .secret_placeholders import is_reference, is_stand_in, looks_made
from .secret_tokens import find_tokens

__all__ = ["Finding", "scan_key", "scan_text", "scan_value"]

_TYPES_THAT_CAN_CARRY: Final = frozenset({"string", "json"})
_NUMBERS: Final = frozenset({"integer", "number"})
_SHORTEST: Final = 7  # `//u:p@h`; nothing shorter is known by its form


def scan_key(key: str, value_type: str = "string") -> Finding | None:
    """Say whether a setting of this name and type holds a credential, or the name itself is one.

    The value plays no part: an empty value or a placeholder changes nothing. A `boolean` holds
    none whatever its name (`PASSWORD_RESET`), and a number that counts them (`MAX_TOKENS`) is
    none; but `DB_PASSWORD` stays a password, also as an integer or as one of a list.
    """
    return _judge_name(key, value_type) or next(find_tokens(key), None)


def scan_text(text: str) -> Finding | None:
    """Find a credential in a text: a value, a description, a comment, an enum member.

    Known forms come before guesses, so a doubtful finding means that nothing certain was found.
    One layer of base64, hex, percent-encoding or JSON is looked behind. Linear in the length.
    """
    found = _scan(text)
    if found is not None and not found.doubtful:
        return found
    named = _named_in_json(text)
    if named is not None and (found is None or not named.doubtful):
        return Finding(named.rule, 0, len(text), named.doubtful)
    return found


def scan_value(key: str, value_type: str, value: object) -> Finding | None:
    """Scan what is about to be stored under `key` with the declared type `value_type`.

    The key's name counts first. For `string` and `json` every string inside is read after it,
    names included; the members of an enum are scanned when its rules are saved.
    """
    named = scan_key(key, value_type)
    if named is not None or value_type not in _TYPES_THAT_CAN_CARRY:
        return named
    return scan_text(value) if isinstance(value, str) else _scan_json(value)


def _judge_name(key: str, value_type: str) -> Finding | None:
    if value_type == "boolean":
        return None
    if value_type in _NUMBERS:
        return judge_number_name(key)
    return judge_enum_name(key) if value_type == "enum" else judge_name(key)


def _scan(text: str) -> Finding | None:
    """The first certain finding, in the text or one layer below, else the first doubtful one."""
    if len(text) < _SHORTEST:
        return None
    below = list(layers(text))
    guess: Finding | None = None
    for found in chain(_formed(text), *map(_formed_below, below)):
        if not found.doubtful:
            return found
        guess = guess or found
    return guess or _random(text, below)


def _formed_below(layer: Layer) -> Iterator[Finding]:
    for hidden in _formed(layer.text):
        start, end = layer.origin(hidden.start)
        yield replace(hidden, start=start, end=end)


def _random(text: str, below: list[Layer]) -> Finding | None:
    readable = frozenset(start for layer in below if layer.of_runs for start, _ in layer.spans)
    span = next(chain(random_runs(text, readable), _random_below(below)), None)
    if span is not None:
        return Finding("random-string", *span, doubtful=True)
    span = next(hex_values(text), None)
    return None if span is None else Finding("random-hex", *span, doubtful=True)


def _random_below(below: Iterable[Layer]) -> Iterator[tuple[int, int]]:
    """An encoding of something random is told by what it says, not by how it looks."""
    for layer in below:
        for start, _ in chain(random_runs(layer.text, frozenset()), hex_values(layer.text)):
            yield layer.origin(start)


def _formed(text: str) -> Iterator[Finding]:
    yield from find_tokens(text)
    yield from find_forms(text)


def _scan_json(value: object) -> Finding | None:
    """All strings of a JSON value in one search, each on a line of its own."""
    members = list(strings_in(value))
    named = next(_named(members), None)
    if named is not None and not named.doubtful:
        return named
    found = _scan("\n".join(member.text for member in members))
    if found is None or (named is not None and found.doubtful):
        return named
    starts = list(accumulate((len(member.text) + 1 for member in members), initial=0))
    at = bisect_right(starts, found.start) - 1
    return replace(
        found,
        start=found.start - starts[at],
        end=min(found.end - starts[at], len(members[at].text)),
        pointer=pointer_of(members[at].path),
    )


def _named_in_json(text: str) -> Finding | None:
    if not looks_like_json(text) or not may_name_credentials(text):
        return None
    document = decode_json(text)
    return next(_named(strings_in(document)), None)


def _named(members: Iterable[Text]) -> Iterator[Finding]:
    """Strings under a member called like a credential. Doubtful where they may be prose."""
    for member in members:
        if member.name and len(member.text) > 1 and not is_stand_in(member.text):
            found = judge_member(member.name)
            if found is not None and not is_reference(member.text):
                doubtful = found.doubtful or not looks_made(member.text)
                pointer = pointer_of(member.path)
                yield Finding("member-name", 0, len(member.text), doubtful, pointer)
