"""Patterns: the whole text, bounded time, clear refusals."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.patterns import BadPattern, compile_pattern

ATTACKS = [
    "^(a+)+$",
    "(a+)+",
    "(a|a)*",
    "(a|aa)+",
    "(.*a){20}",
    "(a*)*b",
    "([a-z]+)*!",
    r"(\w+\s?)*",
]

parts = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "(?:a|bc)", "(?:b|)"])
pieces = st.tuples(parts, st.sampled_from(["", "*", "+", "?", "{2}", "{0,3}"])).map("".join)
alternatives = st.lists(pieces, max_size=4).map("".join)
simple_patterns = st.lists(alternatives, min_size=1, max_size=3).map("|".join)


def seconds_to_match(pattern: str, text: str) -> float:
    compiled = compile_pattern(pattern)
    started = time.process_time()
    if compiled.may_try(text):
        compiled.matches(text)
    return time.process_time() - started


@given(simple_patterns, st.text("abcx", max_size=8))
def test_matches__simple_pattern__agrees_with_python_full_match(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text) is not None
    assert compile_pattern(pattern).matches(text) is expected


@pytest.mark.parametrize("pattern", ATTACKS)
def test_case_17_catastrophic_pattern__on_100_000_characters__takes_100_ms_at_most(
    pattern: str,
) -> None:
    length = min(100_000, compile_pattern(pattern).longest_bytes - 1)
    assert length >= 65_535
    assert seconds_to_match(pattern, "a" * length + "!") <= 0.1


@pytest.mark.parametrize("count", [50, 500, 5_000, 50_000])
def test_may_try__pattern_that_grows_when_compiled__bounds_the_text(count: int) -> None:
    pattern = f"[ab]*a[ab]{{{count}}}"
    longest = compile_pattern(pattern).longest_bytes
    assert 512 <= longest <= 2**19
    assert seconds_to_match(pattern, "ab" * (longest // 2)) <= 1
    assert not compile_pattern(pattern).may_try("a" * (longest + 1))
    assert not compile_pattern(pattern).may_try("é" * (longest // 2 + 1))


@pytest.mark.parametrize(
    "pattern", ["[a-z0-9-]{1,253}", r"[\p{L}\p{N} ._-]{1,64}", ".{1,255}", r"(?i)[a-z]{1,255}"]
)
def test_compile_pattern__patterns_people_write__are_accepted(pattern: str) -> None:
    assert compile_pattern(pattern).matches("somename")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(?=a)b", "look ahead"),
        ("(?<!a)b", "behind"),
        (r"(a)\1", "refer back"),
        (r"(?<n>a)\k<n>", "refer back"),
        ("a" * 513, "512"),
        ("[", "regular expression"),
        ("a)|(?:b", "regular expression"),
        ("(?x)a # comment", "comment"),
        ("((a{100}){100}){100}", "too large"),
    ],
)
def test_compile_pattern__unusable__says_why(pattern: str, says: str) -> None:
    with pytest.raises(BadPattern) as refused:
        compile_pattern(pattern)
    assert says in refused.value.reason


def test_compile_pattern__escaped_backslash_before_a_digit__is_no_back_reference() -> None:
    assert compile_pattern(r"\\1").matches("\\1")


@given(st.text(max_size=40))
def test_compile_pattern__any_text__is_a_pattern_or_bad(pattern: str) -> None:
    with suppress(BadPattern):
        assert compile_pattern(pattern).matches("text") in (True, False)
