"""One request after another, each determined by its number alone."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from .values import any_json, from_schema, nasty_text

_PLACES = ("base", "dev", "staging", "prod", "DEV", "qa", "", "no such")
# The names that parameters and members are most often about: every other request finds something.
_KNOWN: Mapping[str, Sequence[Any]] = {
    "key": [f"KEY_{number}" for number in range(40)],
    "environment": _PLACES,
    "source": _PLACES,
    "target": _PLACES,
    "parent": _PLACES,
    "application": ("default", "default", "other", "nobody's", ""),
    "name": [f"name-{number}" for number in range(20)],
    "category": ("general", "limits", "core", "Core", "a b"),
    "prefix": ("KEY_", "K", ""),
    "type": ("string", "integer", "number", "boolean", "enum", "json", "text"),
    "principal": ("root", "onlooker", "name-1", "no such"),
    "role": ("viewer", "editor", "admin", "auditor", "service", "owner"),
    "op": ("set", "create", "delete", "define", "policy", "drop"),
    "sourcePolicy": ("env", "shadow", "store", None, "both"),
    "chain": ("system", "application", "every"),
    # Never one that is yet to come: whoever asks for that is told 503, rightly and after a while.
    "minRevision": ("0.0", "1.1", "x", "", "-1.0", "1", "0.0.0"),
    "revision": (0, 1, 2, 5, 10**6, -1, 2**63, 2**64),
    "version": (0, 1, 2, 3, -1, 2**63),
    "change": (1, 2, 5, 10**6, -1, 2**63),
    "limit": (1, 10, 1_000, 1_001, 0, -1, "x"),
    "at": ("2026-01-01T00:00:00Z", "2099-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "now"),
    "since": ("2026-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "x"),
    "until": ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "x"),
    "expiresInDays": (1, 90, 0, -1, 10**9, 2**63),
    "comment": ("why not", "", "x" * 2_001),
}
_HEADERS: Mapping[str, Sequence[str]] = {
    "If-Match": ("*", '"x"', '"1.1.x"', 'W/"x"', "x", ""),
    "If-None-Match": ("*", '"x"', "x", ""),
    "Idempotency-Key": ("one", "two", "three", "", "a b", "x" * 300),
    "Trimtab-Channel": ("api", "cli", "server", "x", ""),
    "Content-Type": ("application/json", "text/plain", "application/json; charset=utf-16", ""),
    "X-Request-Id": ("7f", "", "x" * 500),
    "Last-Event-ID": ("1.1", "x", "", "9" * 40),
}
_OPTIONAL_HEADERS = ("Content-Type", "X-Request-Id", "Last-Event-ID")


@dataclass(frozen=True, slots=True)
class Operation:
    """One route and method, with what it takes."""

    method: str
    template: str
    parameters: Sequence[tuple[str, str, Mapping[str, Any]]]
    body: Mapping[str, Any] | None
    schemas: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A request, ready for the wire."""

    number: int
    operation: str
    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Everything that an OpenAPI document describes."""
    schemas = document["components"]["schemas"]
    return [
        Operation(
            method.upper(),
            path,
            [(one["name"], one["in"], one.get("schema", {})) for one in said.get("parameters", [])],
            _body_schema(said),
            schemas,
        )
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]


def _body_schema(said: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = said.get("requestBody", {}).get("content", {})
    found = next(iter(content.values()), None)
    return None if found is None else found.get("schema", {})


def draw_request(number: int, seed: int, described: Sequence[Operation]) -> Drawn:
    """Request `number` of the run `seed`: repeatable on its own."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - test data
    one = chance.choice(described)
    method = one.method if chance.random() < 0.98 else chance.choice(["HEAD", "OPTIONS", "PATCH"])
    path, query, headers = one.template, [], []
    for name, place, schema in one.parameters:
        if place == "path":
            path = path.replace(f"{{{name}}}", _in_path(_parameter(name, schema, one, chance)))
        elif place == "query" and chance.random() < _likely(name):
            query.append((name, _parameter(name, schema, one, chance)))
        elif place == "header" and chance.random() < _likely(name):
            headers.append((name, chance.choice(_HEADERS.get(name, ("x",)))))
    if chance.random() < 0.03:
        query.append((nasty_text(chance)[:20], nasty_text(chance)))
    if query and chance.random() < 0.03:
        query.append(query[0])
    given = [name for name in _OPTIONAL_HEADERS if chance.random() < 0.03]
    headers += [(name, chance.choice(_HEADERS[name])) for name in given]
    body = b"" if one.body is None else _body(one, chance)
    if body and not any(name == "Content-Type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return Drawn(
        number,
        f"{one.method} {one.template}",
        method,
        path,
        urlencode(query, errors="surrogatepass").encode(),
        [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers],
        body,
    )


def _likely(name: str) -> float:
    return 0.9 if name in {"environment", "If-Match", "source", "target"} else 0.25


def _parameter(name: str, schema: Mapping[str, Any], one: Operation, chance: random.Random) -> str:
    roll = chance.random()
    if name in _KNOWN and roll < 0.8:
        drawn = chance.choice(_KNOWN[name])
    elif name == "minRevision":
        drawn = "x"
    elif roll < 0.9:
        drawn = from_schema(schema, one.schemas, _KNOWN, chance)
    else:
        drawn = nasty_text(chance)
    if isinstance(drawn, bool) or drawn is None:
        return json.dumps(drawn)
    return drawn if isinstance(drawn, str) else json.dumps(drawn)


def _in_path(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass") or "%20"


def _body(one: Operation, chance: random.Random) -> bytes:
    roll = chance.random()
    if roll < 0.05:
        return _broken(chance)
    drawn = (
        any_json(chance) if roll < 0.1 else from_schema(one.body or {}, one.schemas, _KNOWN, chance)
    )
    if isinstance(drawn, dict) and chance.random() < 0.15:
        name = chance.choice([*drawn, "extra"])
        drawn[name] = any_json(chance)
    text = json.dumps(drawn, ensure_ascii=chance.random() < 0.5)
    raw = text.encode("utf-8", "surrogatepass")
    return raw if chance.random() < 0.97 else raw[: chance.randrange(len(raw) + 1)]


def _broken(chance: random.Random) -> bytes:
    return chance.choice(
        [
            b"",
            b"{",
            b"null",
            b"[]",
            b'{"a":1,"a":2}',
            b"NaN",
            b'"\\ud800"',
            b"\xff\xfe{}",
            b"[" * 2_000,
            b'{"items":' + b"[" * 200 + b"]" * 200 + b"}",
            b'{"value":1e999}',
            b'{"value":' + b"9" * 5_000 + b"}",
            b'{"\\u0000":"\\u0000"}',
        ]
    )
