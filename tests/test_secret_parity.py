"""Server and client share no code, and give one verdict on what a credential is."""

import itertools
import random
from dataclasses import astuple

from trimtab.migrate import secret_names as client_names
from trimtab.migrate import secret_shapes as client_shapes
from trimtab.migrate import secrets as client
from trimtab_server.kernel import secret_names as server_names
from trimtab_server.kernel import secret_shapes as server_shapes
from trimtab_server.kernel import secrets as server

_TRIGGERS = sorted(
    server_names.STRONG
    | server_names.FINAL
    | server_names.FINAL_DOUBTFUL
    | server_names.URL_WORDS
    | {"TOKENS", "KEYS", "WEBHOOK", "CLIENT", "ID", "STRING"}
)
_OTHERS = sorted(
    {"LOG", "MODEL", "REDIS", "OPENAI", "NAME", "1", "x"}
    | server_names.KEY_KINDS
    | server_names.ABOUT
    | server_names.SWITCHES
    | server_names.CARRIERS
    | server_names.PUBLIC
    | server_names.URLS_WITH_CREDENTIALS
    | server_names.WEBHOOK_HOSTS
)
_SCRAPS = [
    *sorted({shape.literal for shape in server_shapes.SHAPES}),
    *("password=", "api_key: ", "eyJhbGciOiJub25lIn0", "postgres://", "user:", "@host", "sha256:"),
    *("-----BEGIN ", "PRIVATE KEY-----", "Basic ", "Bearer ", '{"secret": "', '"}', "%3A", "\\n"),
    *("hello world", "text-embedding-ada-002", ".", ",", " ", "\n", "=", "-", "_", "/"),
]
_ALPHABETS = ("0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHabcdefgh01234567+/-_")


def _texts(count: int) -> list[str]:
    draw = random.Random(20_240_101)
    texts = []
    for _ in range(count):
        scraps = draw.choices(_SCRAPS, k=draw.randint(1, 6))
        for _ in range(draw.randint(0, 3)):
            run = "".join(draw.choices(draw.choice(_ALPHABETS), k=draw.randint(4, 70)))
            scraps.insert(draw.randint(0, len(scraps)), run)
        texts.append("".join(scraps))
    return texts


def _keys(count: int) -> list[str]:
    draw = random.Random(20_240_102)
    keys = []
    for _ in range(count):
        words = draw.choices(_OTHERS, k=draw.randint(0, 3)) + draw.choices(_TRIGGERS, k=1)
        words += draw.choices(_OTHERS, k=draw.choice((0, 0, 1, 2)))
        keys.append(draw.choice("_.-").join(words))
    return keys


def test_scan_text__generated_texts__same_finding_on_both_sides() -> None:
    verdicts = [(server.scan_text(text), client.scan_text(text)) for text in _texts(5_000)]
    assert [one and astuple(one) for one, _ in verdicts] == [
        other and astuple(other) for _, other in verdicts
    ]
    hits = sum(one is not None for one, _ in verdicts)
    assert 1_000 < hits < 4_500, "the texts must not all fall on one side"


def test_scan_key__generated_names__same_finding_on_both_sides() -> None:
    types = itertools.cycle(("string", "json", "integer", "number", "enum", "boolean"))
    verdicts = [
        (server.scan_key(key, kind), client.scan_key(key, kind))
        for key, kind in zip(_keys(5_000), types, strict=False)
    ]
    assert [one and astuple(one) for one, _ in verdicts] == [
        other and astuple(other) for _, other in verdicts
    ]
    hits = sum(one is not None for one, _ in verdicts)
    assert 1_000 < hits < 4_500, "the names must not all fall on one side"


def test_scan_value__json_of_generated_parts__same_finding_on_both_sides() -> None:
    values = [{key: [text]} for key, text in zip(_keys(1_000), _texts(1_000), strict=True)]
    for value in values:
        one, other = (side.scan_value("LAYOUT", "json", value) for side in (server, client))
        assert (one and astuple(one)) == (other and astuple(other))


def test_tables__of_both_sides__are_equal() -> None:
    tables = [name for name in vars(server_names) if name.isupper()]
    assert tables == [name for name in vars(client_names) if name.isupper()]
    for name in tables:
        assert getattr(server_names, name) == getattr(client_names, name), name
    assert [_row(shape) for shape in server_shapes.SHAPES] == [
        _row(shape) for shape in client_shapes.SHAPES
    ]


def _row(shape: server_shapes.Shape | client_shapes.Shape) -> tuple[str, str, str]:
    return shape.rule, shape.literal, shape.pattern.pattern
