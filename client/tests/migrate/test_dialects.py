"""Four readers of env files, held to what the real programs were seen to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from trimtab.migrate.dialect import Dialect, filled_in
from trimtab.migrate.dialect_differences import dialect_differences
from trimtab.migrate.env_file import parse_env_text

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).parent.joinpath("data/dotenv_cases.json").read_text(encoding="utf-8")
)
SHELL_ASKED = frozenset({"A", "B", "C", "a", "abc", "_A__B_"})


def case(field: str) -> Any:
    chosen = [item for item in CASES if field in item]
    return pytest.mark.parametrize("item", chosen, ids=[item["name"] for item in chosen])


def test_cases__are_many() -> None:
    assert len(CASES) > 100


@case("python_dotenv")
def test_read__python_dotenv__gives_what_it_gives(item: dict[str, Any]) -> None:
    usable = {key: value for key, value in item["python_dotenv"].items() if key not in {"1A", "Ä"}}

    file = parse_env_text(item["text"])

    assert file.values() == usable
    assert file.render() == item["text"]
    assert len(file.broken) >= item["errors"]


@case("node_dotenv")
def test_read__node_dotenv__gives_what_it_gives(item: dict[str, Any]) -> None:
    readings = Dialect.NODE_DOTENV.read(item["text"])

    assert filled_in(Dialect.NODE_DOTENV, readings) == item["node_dotenv"]


@case("posix_shell")
def test_read__posix_shell__gives_what_dash_gives(item: dict[str, Any]) -> None:
    readings = Dialect.POSIX_SHELL.read(item["text"])

    values = filled_in(Dialect.POSIX_SHELL, readings)

    asked = {key: text for key, text in values.items() if key in SHELL_ASKED and text is not None}
    assert asked == item["posix_shell"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b # c", "b"),
        ("A=b#c", "b#c"),
        ("A: b", "b"),
        ("export A=b", "b"),
        ("A='$B ${B}'", "$B ${B}"),
        ('A="a\\nb\\tc"', "a\nb\tc"),
        ("A='a\\nb'", "a\\nb"),
        ("A='it\\'s'", "it's"),
        ('A="a\nb"', "a\nb"),
        ("B=one\nA=x${B}y$B", "xoneyone"),
        ("A=${N:-z}", "z"),
        ("A=${N-z}", "z"),
        ("B=one\nA=${B:+y}", "y"),
        ("A=a$$b", "a$b"),
        ('A="a\\$b"', "a$b"),
        ("A=b c", "b c"),
        ("A=", ""),
        ("A", None),
        ("A='b", None),
        ("!\nA=b", None),
    ],
)
def test_read__compose__follows_its_documentation(text: str, value: str | None) -> None:
    assert filled_in(Dialect.COMPOSE, Dialect.COMPOSE.read(text)).get("A") == value


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A=b#c", "# in the unquoted value of A is a comment for some"),
        ("A=b c", "a shell takes what follows the first blank in A for a command"),
        ("A = b", "a shell takes A with a blank before = for a command"),
        ("A=pa$sword", "the dialects fill in $ in A differently"),
        ('A="C:\\temp"', "the dialects treat the backslash in A differently"),
        ("A=`b`", "only Node dotenv knows the quotes around A"),
    ],
)
def test_dialect_differences__value_read_in_two_ways__names_key_and_cause(
    line: str, reason: str
) -> None:
    (difference,) = dialect_differences(parse_env_text(f"# one\nSAME=1\n{line}\n"))

    assert (difference.key, difference.line, difference.reason) == ("A", 3, reason)
    assert len(set(difference.values.values())) > 1


def test_dialect_differences__same_for_all__are_none() -> None:
    text = "A=1\nB='x y'\nexport C=\"z\"\nD=https://example.com/?a=1\n# E=b#c\nF=\n"

    assert dialect_differences(parse_env_text(text)) == ()


def test_dialect_differences__repr__keeps_values_out() -> None:
    (difference,) = dialect_differences(parse_env_text("A=hunter2#x\n"))

    assert "hunter2" not in repr(difference)


def test_read_env_file__other_dialect__gives_its_values_uninterpolated() -> None:
    text = "A=b#c\nB=${A}\n"

    assert parse_env_text(text, Dialect.NODE_DOTENV).values() == {"A": "b", "B": "${A}"}
    assert parse_env_text(text, Dialect.COMPOSE).values() == {"A": "b#c", "B": "${A}"}
    assert parse_env_text(text, Dialect.POSIX_SHELL).render() == text
