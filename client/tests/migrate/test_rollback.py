"""Env files given back as they were: from the file on disk and the lines that were kept."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.migrate.artifacts import Artifact, Artifacts, BadArtifact, KeptFile
from trimtab.migrate.comment_out import commented_out
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import parse_env_text
from trimtab.migrate.env_lines import env_line, lines_of
from trimtab.migrate.inventory import read_named_files
from trimtab.migrate.keep_lines import kept_files
from trimtab.migrate.restore_env import restored

PYTHON = Dialect.PYTHON_DOTENV
SECRET = "quite-" + "Secret-77" * 3
TEXT = f"""\
# How often
RETRIES=3   # was {SECRET} by mistake
export LIMIT='4'
GREETING="two
lines"
API_KEY={SECRET}
RETRIES=5
EMPTY=
LAST_ONE=yes"""
MOVING = {"RETRIES", "LIMIT", "GREETING", "EMPTY", "LAST_ONE"}


def kept(folder: Path, text: str = TEXT, moving: set[str] = MOVING) -> KeptFile:
    (folder / ".env").write_bytes(text.encode())
    files = read_named_files(folder, PYTHON, {"base": [".env"]})
    (one,) = kept_files(files.files, moving)
    return one


def values(text: str) -> dict[str, str]:
    return parse_env_text(text).values()


@pytest.mark.parametrize(
    "now",
    [
        TEXT,
        commented_out(TEXT, MOVING, PYTHON),
        commented_out(TEXT, {"GREETING"}, PYTHON),
        f"API_KEY={SECRET}\n",
        f"API_KEY={SECRET}",
        TEXT.replace("RETRIES=5", "RETRIES=7"),
        TEXT.replace("RETRIES=5", ""),
        TEXT.replace("\n", "\r\n"),
        f"LAST_ONE=no\nLAST_ONE=never\nAPI_KEY={SECRET}\n# nothing\n",
        "\ufeff" + TEXT.replace("LIMIT='4'", "LIMIT=9"),
    ],
)
def test_restored__whatever_became_of_the_file__has_the_original_values(
    tmp_path: Path, now: str
) -> None:
    file = restored(kept(tmp_path), now, PYTHON)
    assert values(file.text.replace("\r\n", "\n")) == values(TEXT)
    assert file.lost == ()
    assert file.is_unchanged == (now == TEXT)


def test_restored__file_as_it_was__is_the_same_bytes(tmp_path: Path) -> None:
    assert restored(kept(tmp_path), TEXT, PYTHON).text == TEXT


def test_restored__new_keys_of_others__stay(tmp_path: Path) -> None:
    file = restored(kept(tmp_path), f"API_KEY={SECRET}\nNEW_ONE=1\n", PYTHON)
    assert values(file.text) == {**values(TEXT), "NEW_ONE": "1"}


@pytest.mark.parametrize("now", [None, "", "RETRIES=3\n"])
def test_restored__file_without_its_secret__names_what_is_lost(
    tmp_path: Path, now: str | None
) -> None:
    file = restored(kept(tmp_path), now, PYTHON)
    assert file.lost == ("API_KEY",)
    assert values(file.text) == {key: values(TEXT)[key] for key in MOVING}


def test_kept__lines__hold_no_secret_that_stands_beside_them(tmp_path: Path) -> None:
    file = kept(tmp_path)
    assert SECRET not in repr(file)
    assert file.other_names == ("API_KEY",)
    assert [line.key for line in file.lines] == [
        "RETRIES", "LIMIT", "GREETING", "RETRIES", "EMPTY", "LAST_ONE",
    ]  # fmt: skip
    assert file.lines[1].text == "export LIMIT='4'\n"


ENV_VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(ENV_VALUES)
def test_env_line__of_any_value__gives_it_back_or_is_none(value: str) -> None:
    line = env_line("A_KEY", value, PYTHON)
    assert line is None or values(line) == {"A_KEY": value}


@given(st.lists(st.text("abc=#'\" \r\n", max_size=12), max_size=6).map("".join))
def test_lines__of_any_text__are_the_whole_text(text: str) -> None:
    assert "".join(lines_of(text)) == text


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return Artifact(
        application="default", server="http://127.0.0.1:1", revision=None, against="17.4",
        plan_digest="ab" * 32, plan_path="plan.yaml", root=str(tmp_path), dialect=PYTHON.value,
        policy="shadow", made_at="2026-11-23T00:00:00+00:00", keys=("RETRIES",),
        files=(kept(tmp_path),),
    )  # fmt: skip


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "data", "default", "17")


def test_artifacts__expected_then_settled__are_one_private_file(
    artifacts: Artifacts, artifact: Artifact
) -> None:
    artifacts.expect(artifact)
    assert artifacts.pending(artifact.plan_digest) == [artifact]
    made = artifacts.settle(artifact, "17.5")
    assert artifacts.pending(artifact.plan_digest) == []
    assert artifacts.made() == [made]
    path = artifacts.folder / "17.5.json"
    assert [one.name for one in artifacts.folder.iterdir()] == [path.name]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(artifacts.folder.stat().st_mode) == 0o700
    assert (artifacts.folder.parent / ".gitignore").read_text() == "*\n"
    assert SECRET not in path.read_text()


def test_artifacts__undone__say_by_what(artifacts: Artifacts, artifact: Artifact) -> None:
    made = artifacts.settle(artifact, "17.5")
    artifacts.undone(made, "17.6")
    assert artifacts.made() == [replace(made, undone_by="17.6")]


def test_artifacts__of_others__are_not_ours(artifacts: Artifacts, artifact: Artifact) -> None:
    artifacts.settle(artifact, "17.5")
    for application, epoch in (("shop", "17"), ("default", "18")):
        assert Artifacts(artifacts.folder.parent, application, epoch).made() == []


def test_artifacts__of_several_applications__do_not_overwrite_each_other(
    artifacts: Artifacts, artifact: Artifact
) -> None:
    shop = Artifacts(artifacts.folder.parent, "shop", "17")
    artifacts.settle(artifact, "17.5")
    shop.settle(replace(artifact, application="shop"), "17.5")
    assert len(artifacts.made()) == len(shop.made()) == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": 3}', "\x00"])
def test_artifacts__that_are_none__are_one_sentence(artifacts: Artifacts, content: str) -> None:
    artifacts.folder.mkdir(parents=True)
    (artifacts.folder / "17.5.json").write_text(content)
    with pytest.raises(BadArtifact, match=r"17\.5\.json"):
        artifacts.made()


def test_artifacts__written__are_json_for_people(artifacts: Artifacts, artifact: Artifact) -> None:
    artifacts.settle(artifact, "17.5")
    raw = json.loads((artifacts.folder / "17.5.json").read_text())
    assert raw["files"][0]["lines"][1] == {"key": "LIMIT", "line": 3, "text": "export LIMIT='4'\n"}
