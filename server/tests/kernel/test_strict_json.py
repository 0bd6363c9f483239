"""Strict JSON: what good input means, and that nothing else gets through."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.strict_json import MalformedJson, parse_json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


def refusal(data: bytes, **options: int) -> str:
    with pytest.raises(MalformedJson) as refused:
        parse_json(data, **options)
    return refused.value.rule


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_parse_json__good_input__means_what_json_loads_says(
    value: Any, escaped: bool, indent: int | None
) -> None:
    data = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
    assert json.dumps(parse_json(data)) == json.dumps(json.loads(data))


@given(st.binary(max_size=200))
def test_parse_json__any_bytes__gives_a_value_or_malformed_json(data: bytes) -> None:
    try:
        value = parse_json(data)
    except MalformedJson:
        return
    assert json.dumps(value) == json.dumps(json.loads(data))


@given(st.text(alphabet='[]{}",:\\u0d8-+.eE1nNaIif \n\0é', max_size=60))
def test_parse_json__text_made_of_json_parts__gives_a_value_or_malformed_json(text: str) -> None:
    try:
        value = parse_json(text.encode())
    except MalformedJson:
        return
    assert json.dumps(value) == json.dumps(json.loads(text))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "syntax"),
        (b"{", "syntax"),
        (b"[1] 2", "syntax"),
        (b"\xff", "encoding"),
        (b'"\xed\xa0\x80"', "encoding"),  # a surrogate written out in bytes
        (b'"\xc0\x80"', "encoding"),  # NUL in two bytes
        (b"\xef\xbb\xbf{}", "syntax"),  # a byte order mark
        ('{"a":1}'.encode("utf-16"), "encoding"),  # json.loads would guess
        ('{"a":1}'.encode("utf-16-le"), "syntax"),
        (b'{"a":1,"a":1}', "duplicate-key"),
        (b'[{"x":{"b":1,"b":2}}]', "duplicate-key"),
        (b"NaN", "number"),
        (b"-Infinity", "number"),
        (b"1e999", "number"),
        (b"-1e999", "number"),
        (b"1e-999", "number"),
        (b"[" + b"9" * 5000 + b"]", "number"),
        (b'"\\u0000"', "characters"),
        (b'"\\ud800"', "characters"),
        (b'{"\\udc00": 1}', "characters"),
        (b'[["\\ude80\\ud83d"]]', "characters"),
        (b'"a\x00b"', "syntax"),
    ],
)
def test_parse_json__what_parsers_forgive__is_refused(data: bytes, rule: str) -> None:
    assert refusal(data) == rule


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_parse_json__depth__is_counted_in_lists_and_objects(opening: bytes, closing: bytes) -> None:
    def nested(depth: int) -> bytes:
        return opening * depth + b"1" + closing * depth

    assert parse_json(nested(32))
    assert refusal(nested(33)) == "depth"
    assert parse_json(nested(36), max_depth=36)
    assert refusal(nested(2), max_depth=1) == "depth"
    assert parse_json(b"1", max_depth=0) == 1


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_parse_json__a_megabyte_of_brackets__is_refused_without_recursion_error(
    opening: bytes,
) -> None:
    assert refusal(opening * (1_000_000 // len(opening))) == "depth"


def test_parse_json__integers__stay_integers_of_any_size() -> None:
    value = parse_json(b"[1, 1.0, 123456789012345678901234567890]")
    assert [type(one) for one in value] == [int, float, int]  # type: ignore[attr-defined]


def test_malformed_json__message__does_not_repeat_the_text() -> None:
    for data in (b'{"c4n4ry":1,"c4n4ry":2}', b'["c4n4ry" "c4n4ry"]', b'["c4n4ry\\x"]', b"c4n4ry"):
        with pytest.raises(MalformedJson) as refused:
            parse_json(data)
        assert "c4n4ry" not in f"{refused.value} {refused.value.reason}"
        assert refused.value.__cause__ is None
