"""Values for one request: what a schema allows, and what nobody expects."""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_DEEPEST = 4
_TEXTS = (
    "",
    " ",
    "x",
    "true",
    "null",
    "0",
    "-0",
    "1e400",
    "NaN",
    "\x00",
    "\ud800",
    "\u202e\u200b",
    "\N{FULLWIDTH LATIN CAPITAL LETTER K}EY_1",
    "İ",
    "🙂" * 50,
    "../../etc/passwd",
    "%2e%2e%2f",
    "%00",
    "a/b//c",
    "'; DROP TABLE setting; --",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "\r\nSet-Cookie: a=b",
    "env://X",
    "(a+)+$",
    "[",
    "x" * 256,
    "x" * 70_000,
    "2026-02-30T25:61:61Z",
    "9" * 400,
    "user=app pass=hunter22",
)
_NUMBERS = (
    0,
    -0.0,
    1,
    -1,
    2**31,
    2**53 - 1,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    10**40,
    0.1,
    1e308,
)


def nasty_text(chance: random.Random) -> str:
    """A text that programs stumble over, or a few letters drawn at random."""
    if chance.random() < 0.7:
        return chance.choice(_TEXTS)
    return "".join(chr(chance.randrange(1, 0x2FF)) for _ in range(chance.randrange(1, 30)))


def any_json(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON value at all."""
    roll = chance.random()
    if depth < _DEEPEST and roll < 0.2:
        return [any_json(chance, depth + 1) for _ in range(chance.randrange(4))]
    if depth < _DEEPEST and roll < 0.4:
        names = (nasty_text(chance)[:40] for _ in range(chance.randrange(4)))
        return {name: any_json(chance, depth + 1) for name in names}
    if roll < 0.6:
        return chance.choice(_NUMBERS)
    return chance.choice([None, True, False]) if roll < 0.75 else nasty_text(chance)


def from_schema(
    schema: Mapping[str, Any],
    schemas: Mapping[str, Any],
    known: Mapping[str, Sequence[Any]],
    chance: random.Random,
    depth: int = 0,
) -> Any:
    """What the schema allows, more or less; members of a `known` name take their values there."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return from_schema(chance.choice(schema[choice]), schemas, known, chance, depth + 1)
    if "const" in schema or "enum" in schema:
        return chance.choice([*schema.get("enum", [schema.get("const")])])
    if schema.get("type") == "object" and "properties" in schema:
        return _object(schema, schemas, known, chance, depth)
    if schema.get("type") == "array":
        inner, some = schema.get("items", {}), range(chance.choice([0, 1, 1, 2, 3]))
        return [from_schema(inner, schemas, known, chance, depth + 1) for _ in some]
    if "examples" in schema and chance.random() < 0.5:
        return chance.choice(schema["examples"])
    simple: Callable[[random.Random], Any] | None = _SIMPLE.get(str(schema.get("type")))
    return any_json(chance, depth) if simple is None else simple(chance)


def _object(
    schema: Mapping[str, Any],
    schemas: Mapping[str, Any],
    known: Mapping[str, Sequence[Any]],
    chance: random.Random,
    depth: int,
) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    made: dict[str, Any] = {}
    for name, inner in schema["properties"].items():
        if chance.random() > (0.97 if name in required else 0.3):
            continue
        if name in known and chance.random() < 0.9:
            made[name] = chance.choice(known[name])
        elif depth < _DEEPEST * 2:
            made[name] = from_schema(inner, schemas, known, chance, depth + 1)
    return made


_SIMPLE: Mapping[str, Callable[[random.Random], Any]] = {
    "string": lambda chance: (
        str(uuid.UUID(int=chance.getrandbits(128))) if chance.random() < 0.1 else nasty_text(chance)
    ),
    "integer": lambda chance: chance.choice([0, 1, 2, 10, -1, 2**53, 2**63, 10**30]),
    "number": lambda chance: chance.choice(_NUMBERS),
    "boolean": lambda chance: chance.random() < 0.5,
    "null": lambda chance: None,
}
