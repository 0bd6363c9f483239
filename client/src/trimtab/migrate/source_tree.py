"""Walk a repository as its authors see it: without what git ignores, built output or links."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

LARGEST_FILE_BYTES = 1024 * 1024

# Never written by hand, wherever they are.
_FOREIGN_FOLDERS = frozenset(
    """
    .bzr .git .hg .svn .cache .eggs .gradle .idea .ipynb_checkpoints .mypy_cache .next .nox .nuxt
    .nyc_output .output .parcel-cache .pnpm-store .pytest_cache .ruff_cache .serverless .svelte-kit
    .terraform .tox .turbo .venv .vercel .vs .vscode .yarn __pycache__ __pypackages__
    bower_components jspm_packages node_modules site-packages Pods DerivedData
    """.split()
)
# Output or foreign code only where a build makes them: beside a manifest.
_BUILD_FOLDERS = frozenset("build coverage dist htmlcov obj out target vendor".split())
_MANIFESTS = frozenset(
    """
    CMakeLists.txt Cargo.toml Gemfile Makefile build.gradle build.gradle.kts composer.json go.mod
    package.json pom.xml pyproject.toml setup.cfg setup.py
    """.split()
)


# Folders that have a `.gitignore`, outermost first, and its patterns.
Ignores: TypeAlias = tuple[tuple[str, list[GitIgnoreSpecPattern]], ...]


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A regular file; `path` is relative with `/` and always printable."""

    path: str
    location: str
    size: int


@dataclass(slots=True)
class SourceTree:
    """The files of a tree in a fixed order, and what was left out."""

    files: list[TreeFile] = field(default_factory=list)
    files_skipped: int = 0
    folders_skipped: list[str] = field(default_factory=list)
    links_skipped: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Folder:
    location: str
    path: str
    ignores: Ignores


def walk(root: Path) -> SourceTree:
    """Every file under `root` worth reading, sorted by path.

    Left out and said: what a `.gitignore` excludes, foreign and built folders, files over 1 MiB,
    links that lead out of the tree. Links inside it are not followed either: their target is
    reached by its own path. Nothing but folders and `.gitignore` files is opened.
    """
    top = os.path.realpath(root)
    tree = SourceTree()
    waiting = [_Folder(top, "", ())]
    while waiting:
        waiting.extend(_visit(waiting.pop(), top, tree))
    tree.files.sort(key=lambda file: file.path)
    for listing in (tree.folders_skipped, tree.links_skipped, tree.unreadable):
        listing.sort()
    return tree


def _visit(folder: _Folder, top: str, tree: SourceTree) -> Iterator[_Folder]:
    try:
        with os.scandir(folder.location) as listing:
            entries = list(listing)
    except OSError as error:
        tree.unreadable.append((printable(folder.path) or ".", _reason(error)))
        return
    names = {entry.name for entry in entries}
    ignores = folder.ignores
    if ".gitignore" in names:
        ignores = (*ignores, *_ignore_rules(folder))
    for entry in entries:
        path = f"{folder.path}{entry.name}"
        if entry.is_symlink():
            _note_link(entry.path, path, top, tree)
        elif entry.is_dir(follow_symlinks=False):
            if _is_foreign(entry, names) or _ignored(f"{path}/", ignores):
                tree.folders_skipped.append(printable(path))
            else:
                yield _Folder(entry.path, f"{path}/", ignores)
        else:
            _note_file(entry, path, ignores, tree)


def _note_file(
    entry: os.DirEntry[str],
    path: str,
    ignores: Ignores,
    tree: SourceTree,
) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        tree.unreadable.append((printable(path), _reason(error)))
        return
    if (
        not stat.S_ISREG(status.st_mode)
        or status.st_size > LARGEST_FILE_BYTES
        or _ignored(path, ignores)
    ):
        tree.files_skipped += 1
    else:
        tree.files.append(TreeFile(printable(path), entry.path, status.st_size))


def _note_link(location: str, path: str, top: str, tree: SourceTree) -> None:
    target = os.path.realpath(location)
    if target != top and not target.startswith(top.rstrip(os.sep) + os.sep):
        tree.links_skipped.append(printable(path))


def _is_foreign(entry: os.DirEntry[str], neighbours: set[str]) -> bool:
    if entry.name in _FOREIGN_FOLDERS or entry.name.endswith(".egg-info"):
        return True
    if entry.name in _BUILD_FOLDERS and (neighbours & _MANIFESTS or _has_project(neighbours)):
        return not Path(entry.path, "__init__.py").exists()
    return Path(entry.path, "pyvenv.cfg").exists()


def _has_project(neighbours: set[str]) -> bool:
    return any(name.endswith((".csproj", ".fsproj", ".gemspec")) for name in neighbours)


def _ignore_rules(folder: _Folder) -> Iterator[tuple[str, list[GitIgnoreSpecPattern]]]:
    file = Path(folder.location, ".gitignore")
    if file.is_symlink():  # git does not read one either
        return
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    yield folder.path, [pattern for line in lines for pattern in _patterns(line)]


def _patterns(line: str) -> Iterator[GitIgnoreSpecPattern]:
    try:
        pattern = GitIgnoreSpecPattern(line)
    except ValueError:  # git too passes over a pattern that means nothing
        return
    if pattern.include is not None:
        yield pattern


def _ignored(path: str, ignores: Ignores) -> bool:
    """Whether git ignores `path` itself; a folder's path ends with `/`.

    The last pattern of the deepest `.gitignore` that speaks of it decides. pathspec's own check
    asks for files only, so that `!*/` would bring back everything in a folder.
    """
    for base, patterns in reversed(ignores):
        relative = path[len(base) :]
        for pattern in reversed(patterns):
            if _speaks_of(pattern, relative):
                return bool(pattern.include)
    return False


def _speaks_of(pattern: GitIgnoreSpecPattern, path: str) -> bool:
    """Whether a pattern matches `path` itself.

    A match that ends at a slash is of that folder (pathspec marks it with a group), except for
    `a/**`, which is of everything behind the slash.
    """
    for match in pattern.regex.finditer(path) if pattern.regex else ():
        ends_here = match.end() == len(path)
        if ends_here if match.lastgroup else not (ends_here and path.endswith("/")):
            return True
    return False


def printable(path: str) -> str:
    """`path` with bytes that are no text replaced, so that it can be written anywhere."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
