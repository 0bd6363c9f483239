"""A finding, before and after its key is known."""

from trimtab_server.kernel.violation import Violation


def test_for_key__finding_about_a_value__becomes_a_sentence_about_the_key() -> None:
    found = Violation("/a/0", None, "min", "must be at least 1 (min)")
    told = found.for_key("RETRIES", "/items/3/value")
    expected = "RETRIES must be at least 1 (min)"
    assert told == Violation("/items/3/value/a/0", "RETRIES", "min", expected)
    assert told.for_key("RETRIES") == told
