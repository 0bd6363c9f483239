"""What differs between two sets of values."""

from hypothesis import given
from hypothesis import strategies as st

from trimtab_server.kernel.diff import Difference, DifferenceKind, compare

sets = st.dictionaries(st.sampled_from("ABCDE"), st.sampled_from(["1", "1.0", '"1"', "true"]))


def test_compare__one_of_each_kind__is_told_in_order_of_keys() -> None:
    assert compare({"C": "1", "A": "1", "D": "2"}, {"B": "1", "C": "1.0", "D": "2"}) == [
        Difference("A", DifferenceKind.REMOVED, "1", None),
        Difference("B", DifferenceKind.ADDED, None, "1"),
        Difference("C", DifferenceKind.CHANGED, "1", "1.0"),
    ]


@given(sets, sets)
def test_compare__applied_to_the_left__gives_the_right(
    left: dict[str, str], right: dict[str, str]
) -> None:
    patched = dict(left)
    for difference in compare(left, right):
        assert difference.left == left.get(difference.key)
        if difference.right is None:
            del patched[difference.key]
        else:
            patched[difference.key] = difference.right
    assert patched == right


@given(sets)
def test_compare__the_same_on_both_sides__is_nothing(values: dict[str, str]) -> None:
    assert compare(values, dict(values)) == []
