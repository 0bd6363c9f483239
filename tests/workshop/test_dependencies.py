"""Every direct dependency has a recorded reason; the locks hold versions and hashes, no hosts."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
REQUIREMENTS = REPOSITORY / "requirements"


def test_dependencies__all_of_them__have_a_recorded_reason() -> None:
    record = (REPOSITORY / "docs/decisions/0007-dependencies.md").read_text("utf-8")
    named = re.findall(r"^\| (`[^|]*)\|", record, re.MULTILINE)
    assert set(re.findall(r"`([a-z0-9-]+)`", "".join(named))) == direct_dependencies()


def test_locks__every_line__names_no_host() -> None:
    for lock in REQUIREMENTS.glob("*.lock"):
        assert "://" not in lock.read_text("utf-8"), lock.name


def test_locks__every_package__has_a_hash() -> None:
    for lock in REQUIREMENTS.glob("*.lock"):
        packages = re.findall(r"^[a-z0-9].*(?:\n    .*)*", lock.read_text("utf-8"), re.MULTILINE)
        assert packages
        assert [block for block in packages if "--hash=sha256:" not in block] == []


def test_locks__the_small_ones__repeat_the_versions_of_dev_lock() -> None:
    everything = pinned("dev.lock")
    assert pinned("run.lock").items() <= everything.items()
    assert pinned("installer.lock").items() <= everything.items()


def test_run_lock__for_a_first_start__leaves_out_what_only_the_workshop_needs() -> None:
    assert not pinned("run.lock").keys() & {"pytest", "mypy", "kingfisher-secret-scanner"}


def pinned(lock: str) -> dict[str, str]:
    text = (REQUIREMENTS / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def direct_dependencies() -> set[str]:
    return {
        name
        for folder in (".", "client", "server")
        for requirement in requirements(
            tomllib.loads((REPOSITORY / folder / "pyproject.toml").read_text("utf-8"))
        )
        if (name := re.split(r"[\[<>=~ ]", requirement)[0]) != "trimtab"
    }


def requirements(project: dict[str, Any]) -> Iterator[str]:
    yield from project.get("project", {}).get("dependencies", ())
    extras = project.get("project", {}).get("optional-dependencies", {})
    groups = project.get("dependency-groups", {})
    for listed in [*extras.values(), *groups.values()]:
        yield from (item for item in listed if isinstance(item, str))
    yield from project.get("build-system", {}).get("requires", ())
