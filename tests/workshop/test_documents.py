"""The documents keep their promises: two commands, and links that lead somewhere."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False
).stdout.split("\0")
DOCUMENTS = [name for name in TRACKED if name.endswith(".md") and (REPOSITORY / name).exists()]


def section(heading: str) -> str:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    return readme.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(("heading", "command"), [("Run", "./dev up"), ("Test", "./dev test")])
def test_readme__section_of_a_command__holds_exactly_that_one(heading: str, command: str) -> None:
    assert re.findall(r"^```\n(.*?)^```$", section(heading), re.MULTILINE | re.DOTALL) == [
        f"{command}\n"
    ]


def test_readme__as_a_whole__is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text("utf-8").splitlines()) < 120


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links__to_our_own_files__lead_somewhere(document: str) -> None:
    path = REPOSITORY / document
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    ours = [target for target in targets if "://" not in target]
    assert [target for target in ours if not (path.parent / target).exists()] == []


def test_decisions__all_of_them__are_in_the_index() -> None:
    folder = REPOSITORY / "docs/decisions"
    index = (folder / "README.md").read_text("utf-8")
    assert [file.name for file in folder.glob("0*.md") if file.name not in index] == []


def test_reference__as_committed__is_what_the_code_says() -> None:
    pages = runpy.run_path(str(REPOSITORY / "docs/write_reference.py"))["pages"]()
    for name, text in pages.items():
        assert (REPOSITORY / "docs" / name).read_text("utf-8") == text, name


def test_reference__every_setting_of_the_server__is_described() -> None:
    settings = runpy.run_path(str(REPOSITORY / "docs/write_reference.py"))["Settings"]
    fields = settings.model_fields
    assert [name for name, field in fields.items() if not field.description] == []


def test_security__every_test_that_it_names__is_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", (REPOSITORY / "docs/security.md").read_text()))
    tests = [name for name in TRACKED if name.endswith(".py") and "/tests/" in f"/{name}"]
    there = {
        found
        for name in tests
        for found in re.findall(r"def (test_\w+)", (REPOSITORY / name).read_text("utf-8"))
    }
    assert named
    assert sorted(named - there) == []
