"""Walking a repository: what git ignores, what builds leave behind, links."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.migrate.source_tree import LARGEST_FILE_BYTES, walk


def _tree(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def _paths(root: Path) -> list[str]:
    return [file.path for file in walk(root).files]


IGNORES = {
    "nothing": ({}, {"a.py", "b/c.py"}),
    "a file": ({".gitignore": "a.py"}, {"b/c.py"}),
    "a folder": ({".gitignore": "b/"}, {"a.py"}),
    "a comment": ({".gitignore": "# a.py\n\n"}, {"a.py", "b/c.py"}),
    "only at the top": ({".gitignore": "/c.py"}, {"a.py", "b/c.py"}),
    "only in a folder": ({"b/.gitignore": "*.py"}, {"a.py"}),
    "a pattern": ({".gitignore": "**/c.*"}, {"a.py"}),
    "negated": ({".gitignore": "*.py\n!a.py"}, {"a.py"}),
    "negated below": ({".gitignore": "*.py", "b/.gitignore": "!c.py"}, {"b/c.py"}),
    "negated within an ignored folder": ({".gitignore": "b/\n!b/c.py"}, {"a.py"}),
    "everything but": ({".gitignore": "*\n!*/\n!c.py"}, {"b/c.py"}),
    "a bad pattern": ({".gitignore": "!\na.py"}, {"b/c.py"}),
}


@pytest.mark.parametrize(("ignores", "expected"), IGNORES.values(), ids=IGNORES.keys())
def test_walk__gitignore__decides_as_git_does(tmp_path, ignores, expected):
    root = _tree(tmp_path, {"a.py": "", "b/c.py": "", **ignores})
    assert {path for path in _paths(root) if path.endswith(".py")} == expected


_PATTERNS = st.sampled_from(
    "*.py a a/ /a a/b **/b !a !*.py !/a/ b* ? a/** /*/b [ab] * */ !*/ ** !a/** /* !/*.py "
    "!a/b/ **/a/b a.d/**/b.py !**/b.py \\!a #a b.py/".split()
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@settings(max_examples=40, deadline=None)
@given(st.lists(_PATTERNS, max_size=4), st.lists(_PATTERNS, max_size=2))
def test_walk__any_patterns__agree_with_git(tmp_path_factory, at_top, below):
    root = tmp_path_factory.mktemp("repository")
    names = ["a", "b", "a.py", "b.py"]
    files = {f"c/{name}": "" for name in names} | {f"a.d/a/{name}": "" for name in names}
    files |= {f"a/b/{name}": "" for name in names}
    _tree(root, {**files, ".gitignore": "\n".join(at_top), "c/.gitignore": "\n".join(below)})
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "-q"], cwd=root, check=True, env=environment)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        env=environment,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert _paths(root) == sorted(listed)


def test_walk__foreign_and_built_folders__are_left_out_and_named(tmp_path):
    root = _tree(
        tmp_path,
        {
            "package.json": "{}",
            "node_modules/x/index.js": "",
            "dist/app.js": "",
            "web/node_modules/y/index.js": "",
            "src/dist/kept.js": "",
            "build/__init__.py": "",
            "mine/pyvenv.cfg": "",
            "mine/lib/a.py": "",
            "a/__pycache__/a.pyc": "",
            "thing.egg-info/PKG-INFO": "",
            ".git/config": "",
        },
    )
    found = walk(root)
    assert [file.path for file in found.files] == [
        "build/__init__.py",
        "package.json",
        "src/dist/kept.js",
    ]
    assert found.folders_skipped == [
        ".git",
        "a/__pycache__",
        "dist",
        "mine",
        "node_modules",
        "thing.egg-info",
        "web/node_modules",
    ]


def test_walk__file_over_a_mebibyte__is_counted_as_skipped(tmp_path):
    (tmp_path / "largest.py").write_bytes(b"#" * LARGEST_FILE_BYTES)
    (tmp_path / "larger.py").write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    found = walk(tmp_path)
    assert [file.path for file in found.files] == ["largest.py"]
    assert found.files_skipped == 1


def test_walk__links__are_reported_only_if_they_lead_out(tmp_path):
    root = tmp_path / "root"
    _tree(root, {"a/b.py": ""})
    (root / "a" / "up").symlink_to("..")
    (root / "self").symlink_to("self")
    (root / "gone").symlink_to("nowhere")
    (root / "etc").symlink_to("/etc")
    (root / "beside").symlink_to("../root-other")
    found = walk(root)
    assert [file.path for file in found.files] == ["a/b.py"]
    assert found.links_skipped == ["beside", "etc"]


def test_walk__root_behind_a_link__is_walked(tmp_path):
    _tree(tmp_path / "real", {"a.py": ""})
    (tmp_path / "link").symlink_to("real")
    assert _paths(tmp_path / "link") == ["a.py"]


def test_walk__gitignore_that_is_a_link__is_not_read(tmp_path):
    root = _tree(tmp_path / "root", {"a.py": ""})
    (tmp_path / "elsewhere").write_text("*.py\n")
    (root / ".gitignore").symlink_to("../elsewhere")
    assert _paths(root) == ["a.py"]


def test_walk__name_that_is_no_text__can_be_printed(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    (file,) = walk(tmp_path).files
    assert file.path == "caf\ufffd.py"
    assert Path(file.location).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_walk__folder_without_permission__is_named(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert walk(tmp_path).unreadable == [("closed", "permission denied")]


def test_walk__order__does_not_depend_on_the_file_system(tmp_path):
    _tree(tmp_path, dict.fromkeys(("b/a.py", "a.py", "a/z.py", "a-b.py", "B.py"), ""))
    assert _paths(tmp_path) == ["B.py", "a-b.py", "a.py", "a/z.py", "b/a.py"]
