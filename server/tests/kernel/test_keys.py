"""Names of settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.keys import RESERVED, BadKey, check_key, fold_key

GOOD = ["A", "_", "_a", "LOG_LEVEL", "log.level", "log-level", "a1", "x" * 255, "schema_", "_bulk"]
BAD = [
    *(
        "",
        "1A",
        "-A",
        ".A",
        "A B",
        " A",
        "A ",
        "A\n",
        "A\x00",
        "A/B",
        "A%2fB",
        "A\\B",
        "A:B",
        "A=B",
    ),
    *("x" * 256, "É", "AÉ", "\u212aEY", "A\u0301", "\uff21", "A٣", "..", "../etc", "$A", "A\ud800"),
]


@pytest.mark.parametrize("key", GOOD)
def test_check_key__key__is_accepted(key: str) -> None:
    check_key(key)


@pytest.mark.parametrize("key", BAD, ids=ascii)
def test_check_key__no_key__is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(BadKey) as refused:
        check_key(key)
    assert refused.value.rule == "key-grammar"
    assert len(key) < 4 or key not in refused.value.message


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_check_key__reserved_word_in_any_case__is_refused(word: str) -> None:
    for key in (word, word.upper(), word.title()):
        with pytest.raises(BadKey) as refused:
            check_key(key)
        assert refused.value.rule == "key-reserved"


def test_reserved__words__are_the_segments_that_routes_use() -> None:
    assert len(RESERVED) == 18
    assert {"categories", "bulk", "explain", "changes", "import", "policy"} <= RESERVED


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,20}", fullmatch=True))
def test_fold_key__keys_that_differ_only_in_case__are_one(key: str) -> None:
    assert fold_key(key) == fold_key(key.upper()) == fold_key(key.swapcase())
    assert fold_key(fold_key(key)) == fold_key(key)
