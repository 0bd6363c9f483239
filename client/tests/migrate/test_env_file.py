"""Reading an env file: nothing lost, every line accounted for, one clear error."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.migrate.env_file import Assignment, parse_env_text, read_env_file
from trimtab.migrate.env_text import EnvFileRefused

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def only(text: str) -> Assignment:
    (assignment,) = parse_env_text(text).assignments
    return assignment


@given(st.text(alphabet=st.sampled_from("A=\"'#\n\r \t\\${}b:export_/;\ufeff"), max_size=60))
def test_render__any_text__is_the_text(text: str) -> None:
    file = parse_env_text(text)

    assert file.render() == text
    assert parse_env_text(file.render()).assignments == file.assignments


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real env files beside the repository")
def test_render__real_files__parse_again_to_the_same() -> None:
    files = sorted(CORPUS.glob("*/env"))
    for path in files:
        file = read_env_file(path)
        assert file.render().encode() == path.read_bytes()
        again = parse_env_text(file.render())
        assert (again.assignments, again.broken) == (file.assignments, file.broken)
    assert files


def test_assignment__comments__above_beside_and_heading() -> None:
    item = only("# === Mail ===\n\n# Who mail comes from.\n# Shown to people.\nFROM=a  # beside\n")

    assert item.comment_above == "Who mail comes from.\nShown to people."
    assert item.comment_beside == "beside"
    assert item.heading == "Mail"
    assert (item.line, item.end_line, item.value) == (5, 5, "a")


@pytest.mark.parametrize(
    "title",
    [
        "# =====\n# Mail\n# =====\n",
        "# Mail\n# ----\n",
        "# --- Mail ---\n",
        "##### Mail #####\n",
        "#########\n### Mail ###\n#########\n",
        "# [Mail]\n",
        "# Mail\n\n",
    ],
)
def test_assignment__heading__in_many_decorations(title: str) -> None:
    assert only(f"{title}A=1\n").heading == "Mail"


def test_assignment__group__shares_the_comment_of_its_first_key() -> None:
    first, second, third = parse_env_text("# Which view.\nA=list\nB=grid\n\nC=1\n").assignments

    assert (first.comment_above, first.group_comment) == ("Which view.", "")
    assert (second.comment_above, second.group_comment) == ("", "Which view.")
    assert third.group_comment == ""


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("# PORT=8080", "PORT", "8080"),
        ("#PORT=8080", "PORT", "8080"),
        ("## PORT=8080", "PORT", "8080"),
        ("# export PORT=8080", "PORT", "8080"),
        ("# PORT = 8080", "PORT", "8080"),
        ('# GREETING="Hello there" # shown', "GREETING", "Hello there"),
        ("# EMPTY=", "EMPTY", ""),
        ("# NAME=My own small shop", "NAME", "My own small shop"),
        ("# log_level=info", "log_level", "info"),
        ("# http.port=80", "http.port", "80"),
    ],
)
def test_assignment__commented_out__is_a_documented_default(
    line: str, key: str, value: str
) -> None:
    item = only(f"{line}\n")

    assert (item.key, item.value, item.commented_out) == (key, value, True)


@pytest.mark.parametrize(
    "line",
    [
        "# DEBUG=true will print every query",
        "# Example: PORT=8080",
        "# 1. Set NODE_ENV=production",
        "# default=8080",
        "# x=1",
        "# a = b",
        "# ===== Required =====",
        "# see https://example.com/?a=1",
        "# the rule is A=B",
        "# - PORT=8080: the port",
        "# LEVEL=debug is too much for a server",
        "#",
        "# =",
    ],
)
def test_assignment__prose__is_none(line: str) -> None:
    assert parse_env_text(f"{line}\n").assignments == ()


def test_assignment__documented_in_a_block__does_not_take_the_comment_of_the_next() -> None:
    first, second = parse_env_text("# one\n# AA=1\n# two\nBB=2\n").assignments

    assert (first.comment_above, second.comment_above) == ("one", "two")


def test_assignment__duplicates__point_to_the_first_and_the_last_wins() -> None:
    file = parse_env_text("AA=1\n# AA=0\nB=x\nAA=2\n")

    assert [item.duplicate_of for item in file.assignments] == [None, 1, None, 1]
    assert file.values() == {"AA": "2", "B": "x"}


def test_assignment__several_lines__end_where_the_quote_ends() -> None:
    first, second = parse_env_text('\n\nexport A="x\ny"\nB=1\n').assignments

    assert (first.line, first.end_line, first.exported, first.quoted) == (3, 4, True, True)
    assert (second.line, second.exported, second.quoted) == (5, False, False)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('A="hunter2', "a quote is not closed, or text follows the closing quote"),
        ("A='b' hunter2", "a quote is not closed, or text follows the closing quote"),
        ("// hunter2", "only # starts a comment in an env file"),
        ("hunter2", "a name without =, which is no assignment"),
        ("hun ter2", "neither a comment nor KEY=value"),
        ("=hunter2", "a name is missing before ="),
        ("A B=hunter2", "what stands before = is not one name"),
        ("1A=hunter2", "what stands before = is not a usable name"),
    ],
)
def test_broken__line__is_named_without_its_text(line: str, reason: str) -> None:
    file = parse_env_text(f"OK=1\n{line}\nALSO=2\n")

    assert [(item.line, item.reason) for item in file.broken] == [(2, reason)]
    assert "hunter2" not in repr(file.broken)
    assert file.values() == {"OK": "1", "ALSO": "2"}


def write(folder: Path, data: bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"A=1\0\n", "NUL"),
        (b"A=1\nB=\xff\n", "line 2"),
        (b"A=" + b"x" * 1_000_000, "characters"),
        (b"A=1 " + b" " * 5_000 + b"#\n", "blanks"),
        (b"A=1\n" * 2_000_000, "larger than 4 MiB"),
    ],
)
def test_read_env_file__not_sane_text__is_refused_in_one_sentence(
    tmp_path: Path, data: bytes, words: str
) -> None:
    path = write(tmp_path, data)

    with pytest.raises(EnvFileRefused) as caught:
        read_env_file(path)

    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_read_env_file__folder_missing_or_pipe__is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in ((tmp_path, "folder"), (tmp_path / "no", "exist"), (pipe, "regular")):
        with pytest.raises(EnvFileRefused, match=words):
            read_env_file(path)


def test_read_env_file__file_of_50_megabytes__is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)

    with pytest.raises(EnvFileRefused, match="larger"):
        read_env_file(path)


def test_read_env_file__byte_order_mark_and_crlf__are_kept(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfA=1\r\n# c\r\nB=2"

    file = read_env_file(write(tmp_path, data))

    assert file.render().encode() == data
    assert file.values() == {"A": "1", "B": "2"}
