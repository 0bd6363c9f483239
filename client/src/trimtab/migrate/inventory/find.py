"""The env files and Compose files of a tree, also those that git ignores: `.env` mostly is."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from trimtab.migrate.source_tree import printable

_ENV_FILE = re.compile(r"_?\.?env([._-].+)?|.+\.env([._-].+)?", re.IGNORECASE)
_COMPOSE_FILE = re.compile(r"(docker-)?compose([._-].+)?\.ya?ml", re.IGNORECASE)
# Code about env files, encrypted ones, and what editors and people leave behind.
_OTHER_SUFFIX = re.compile(
    r"\.(ts|tsx|js|jsx|mjs|cjs|mts|cts|py|pyi|rb|php|go|rs|java|kt|cs|sh|bash|json|ya?ml|toml|md|txt|"
    r"html|lock|enc|gpg|asc|age|sops|swp|bak|backup|old|orig|save)$|~$|^\.?envrc$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class FoundFiles:
    """Paths relative to the root, with `/`; `links` lead elsewhere and are not followed."""

    env: list[str] = field(default_factory=list)
    compose: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def find_files(root: Path, *, without: Collection[str] = ()) -> FoundFiles:
    """Search the tree outside the folders `without`; no link is followed."""
    found = FoundFiles()
    for folder, folders, names in os.walk(root):
        place = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if place == "." else f"{place}/"
        folders[:] = sorted(
            name
            for name in folders
            if printable(f"{prefix}{name}") not in without and name != ".git"
        )
        for name in sorted(names):
            _take(found, Path(folder, name), printable(f"{prefix}{name}"))
    return found


def is_env_file_name(name: str) -> bool:
    """Whether a file of that name is one that holds `KEY=value` lines."""
    return _ENV_FILE.fullmatch(name) is not None and _OTHER_SUFFIX.search(name) is None


def is_compose_file_name(name: str) -> bool:
    """Whether a file of that name is one for Docker Compose."""
    return _COMPOSE_FILE.fullmatch(name) is not None


def _take(found: FoundFiles, location: Path, path: str) -> None:
    if is_env_file_name(location.name):
        kind = found.env
    elif is_compose_file_name(location.name):
        kind = found.compose
    else:
        return
    (found.links if location.is_symlink() else kind).append(path)
