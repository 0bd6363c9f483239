"""Tables for people, aligned text for pipes, and nothing a terminal would obey."""

import pytest

from trimtab.admin import ChangeItem
from trimtab.cli import output
from trimtab.cli.changes import print_change
from trimtab.cli.values import same, shown, shown_rules
from trimtab.value_types import as_text

COLUMNS = ("KEY", "VALUE", "WHY")
LONG_KEY = "A_KEY_THAT_IS_LONG_ENOUGH_TO_BE_CUT_BY_ANY_TABLE_THAT_WOULD_CUT_KEYS"
ROWS = [
    ("SHORT", "1", "because"),
    (LONG_KEY, "x" * 90, "a reason of many words " * 6),
]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream=None: True)
    monkeypatch.setenv("TERM", "dumb")


def test_print_table__piped__is_one_line_a_row_and_cuts_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_table(COLUMNS, ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].split() == list(COLUMNS)
    assert lines[2] == "  ".join((LONG_KEY, "x" * 90, ROWS[1][2].strip()))
    assert lines[1].index("1") == lines[0].index("VALUE") == lines[2].index("xxx")


@pytest.mark.parametrize("columns", ["40", "80", "120", "200"])
@pytest.mark.usefixtures("terminal")
def test_print_table__on_a_terminal__fits_it_and_keeps_keys_whole(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    output.print_table(COLUMNS, ROWS)
    said = capsys.readouterr().out
    widest = max(int(columns), len(LONG_KEY), 100)  # a word longer than the line is not cut
    assert all(len(line) <= widest for line in said.splitlines())
    assert LONG_KEY in said
    assert "SHORT" in said


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "a\x07b", "a\rb", "\x9b2J", "a\u202eb", "\u2028", "a\x00b", "\x7f"]
)
def test_say__control_characters__are_written_out(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output.say(text)
    output.complain(text)
    output.print_table(("KEY",), [(text,)])
    said = capsys.readouterr()
    assert (said.out + said.err).replace("\n", "").isprintable()


def test_say__brackets__are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_wrapped(("KEY", "VALUE"), [("[red]A[/red]", "[/oops]")])
    said = capsys.readouterr().out
    assert "[red]A[/red]" in said
    assert "[/oops]" in said


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (3, "3"), (3.0, "3.0"), ("a b", "a b"), ("", ""), ({"b": 1, "a": ["é"]},
     '{"a":["é"],"b":1}')],
)  # fmt: skip
def test_as_text__is_what_an_env_file_would_say(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), ("-", '"-"'), ("", '""'), (" a", '" a"'), ("a\nb", '"a\\nb"'), ("a", "a")],
)
def test_shown__tells_apart_what_looks_alike(value: object, text: str) -> None:
    assert shown(value) == text


def test_shown__novel__is_shortened_with_its_length() -> None:
    assert shown("x" * 5_000).endswith("... (5000 long)")


def test_same__is_strict_about_types() -> None:
    assert same(1, 1)
    assert same({"a": 1}, {"a": 1})
    for left, right in ((1, 1.0), (1, True), ("1", 1), ("true", True), ("", None)):
        assert not same(left, right)


def test_shown_rules__reads_as_a_phrase() -> None:
    rules = {"min": 0, "max": 1.5, "enum": ["a", "b"]}
    assert shown_rules(rules) == "min 0, max 1.5, one of a | b"


def test_print_change__new_setting_with_values_in_several_places__shows_each_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = {"type": "integer", "validationRules": {}}
    print_change(
        [
            ChangeItem("definition", "RETRIES", None, None, made),
            ChangeItem("value", "RETRIES", "base", None, 3),
            ChangeItem("policy", "RETRIES", "base", None, "shadow"),
            ChangeItem("value", "RETRIES", "prod", None, 5),
        ]
    )
    head, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert head[:2] == ["KEY", "ENVIRONMENT"]
    assert [(row[1], row[2], row[-1]) for row in rows] == [
        ("base", "new", "3"),
        ("prod", "value", "5"),
    ]
