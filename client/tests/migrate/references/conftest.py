"""Tests here write a few lines of code into a folder and scan the folder."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from trimtab.migrate.references import Reference, SourceScan, scan_source

PLACE = {"key", "path", "line", "language", "reader"}
Scan = Callable[..., SourceScan]
Facts = dict[str, object]


def facts_of(reference: Reference) -> Facts:
    """What a reference says, without its place and without what it does not say."""
    said = {
        field.name: getattr(reference, field.name)
        for field in fields(Reference)
        if field.name not in PLACE
    }
    if reference.default is not None:
        del said["has_default"]
    return {name: value for name, value in said.items() if value not in (None, False)} | {
        name: value for name, value in said.items() if value == 0 and value is not False
    }


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    """Scan a tree of the given files: `scan({"app.py": "..."})`."""

    def run(files: dict[str, str]) -> SourceScan:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return scan_source(tmp_path)

    return run


@pytest.fixture
def facts(scan: Scan) -> Callable[[str, str], dict[str, Facts]]:
    """Keys and all that is said of each in one file."""

    def run(path: str, text: str) -> dict[str, Facts]:
        found = scan({path: text})
        assert not found.unparsed
        by_key: dict[str, Facts] = {}
        for reference in found.references:
            by_key.setdefault(reference.key, {}).update(facts_of(reference))
        return by_key

    return run
