"""`trimtab migrate` from scan to rollback, on four projects and on this one, with a real server."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from dotenv import dotenv_values

from migration_driver import CommandLine, ServerProcess, running_server

pytestmark = pytest.mark.timeout(120)

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECTS = REPOSITORY / "client" / "tests" / "migrate" / "projects"
OWN_FOLDERS = ("client", "server", "examples", "docs", "dev")
CORPUS = REPOSITORY.parent / "shared" / "corpus"


@dataclass
class Workshop:
    """A copy of a project, a store of its own, and the command line in the project's folder."""

    folder: Path
    plan_file: Path
    trimtab: CommandLine

    @property
    def without(self) -> list[str]:
        """Folders of tests, whose env files belong to nobody."""
        return [str(path.relative_to(self.folder)) for path in sorted(self.folder.glob("*/tests"))]

    @property
    def plan(self) -> Any:
        """The plan as JSON."""
        return self.trimtab("migrate", "plan", ".", "--json").json

    def values(self, environment: str) -> dict[str, Any]:
        """What the store serves."""
        done = self.trimtab("export", "-e", environment, "--format", "json")
        assert done.code == 0, done.all
        return dict(done.json)


Open = Callable[[str], Workshop]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def open_workshop(
    server: ServerProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Open:
    def open_one(name: str) -> Workshop:
        folder = copied(name, tmp_path / "project")
        application = server.make_application(f"test-{uuid4().hex[:12]}")
        environ = {
            "TRIMTAB_URL": server.url,
            "TRIMTAB_TOKEN": server.token,
            "TRIMTAB_APPLICATION": application,
            "TRIMTAB_DATA_DIR": str(tmp_path / "data"),
        }
        trimtab = CommandLine(folder, environ, monkeypatch, capsys)
        return Workshop(folder, tmp_path / "plan.yaml", trimtab)

    return open_one


@pytest.mark.parametrize("name", ["assistant", "django", "fastapi", "nestjs", "trimtab"])
def test_migration__from_scan_to_rollback__ends_where_it_began(
    open_workshop: Open, name: str
) -> None:
    workshop = open_workshop(name)
    trimtab, plan = workshop.trimtab, workshop.plan_file
    before = tree_digest(workshop.folder)
    original = env_values(workshop.folder)

    skip = [part for tests in workshop.without for part in ("--skip", tests)]
    assert trimtab("migrate", "scan", ".", *skip).code == 0
    done = trimtab("migrate", "plan", ".", "-o", plan, *skip)
    assert done.code == 0, done.all
    planned = trimtab("migrate", "plan", ".", "--json", *skip).json
    moving = {one["key"]: one for one in planned["keys"] if one["target"] == "database"}
    assert moving

    done = trimtab("migrate", "apply", plan, "--yes")
    assert done.code == 0, done.all
    head = trimtab("diff", "base", "base", "--json").json["source"]["revision"]
    for environment in planned["environments"]:
        served = workshop.values(environment)
        for key, one in moving.items():
            wanted = one["values"].get(environment, one["values"].get("base", one["default"]))
            assert (key, served.get(key)) == (key, wanted)
            assert type(served.get(key)) is type(wanted)

    done = trimtab("migrate", "apply", plan, "--yes")
    assert (done.code, "Nothing to write" in done.out) == (0, True), done.all
    assert trimtab("diff", "base", "base", "--json").json["source"]["revision"] == head

    done = trimtab("migrate", "verify", plan)
    assert (done.code, "No difference" in done.out) == (0, True), done.all
    assert tree_digest(workshop.folder) == before

    done = trimtab("migrate", "cutover", "--all", "--to", "store", "--plan", plan, "--yes")
    assert done.code == 0, done.all
    status = trimtab("migrate", "status", plan, "--json").json
    assert {policy for one in status["keys"] for policy in one["policies"].values()} == {"store"}
    assert tree_digest(workshop.folder) == before

    refused = trimtab("migrate", "rollback", "--yes")
    assert (refused.code, "changed again since" in refused.err) == (1, True), refused.all
    done = trimtab("migrate", "rollback", "--yes", "--force")
    assert done.code == 0, done.all
    assert workshop.values("base") == {}
    assert trimtab("list", "--json").json["items"] == []
    restored = env_values(workshop.folder, ".restored")
    assert restored
    for path, values in restored.items():
        assert values == original[path.removesuffix(".restored")]

    again = trimtab("migrate", "apply", plan, "--yes")
    assert again.code == 0, again.all
    assert set(workshop.values("base")) >= {key for key, one in moving.items() if one["values"]}


def test_migration__edited_env_file__is_found_refused_and_settled(open_workshop: Open) -> None:
    workshop = open_workshop("assistant")
    trimtab, plan = workshop.trimtab, workshop.plan_file
    env = workshop.folder / ".env"
    shutil.copy(workshop.folder / ".env.example", env)
    original = dotenv_values(env, interpolate=False)
    trimtab("migrate", "plan", ".", "-o", plan)
    assert trimtab("migrate", "apply", plan, "--yes").code == 0

    env.write_text(env.read_text().replace("ELEVENLABS_MAX_RETRIES=3", "ELEVENLABS_MAX_RETRIES=5"))
    line = line_of(env, "ELEVENLABS_MAX_RETRIES=5")
    done = trimtab("migrate", "verify", plan, "--json")
    assert done.code == 3
    (difference,) = done.json["differences"]
    assert difference["where"] == f".env:{line}"
    assert (difference["environmentValue"], difference["storeValue"]) == (5, 3)
    refused = trimtab(
        "migrate", "cutover", "ELEVENLABS_MAX_RETRIES", "--to", "store", "--plan", plan, "--yes"
    )
    assert (refused.code, f".env:{line}" in refused.err) == (1, True), refused.all

    settle = difference["settle"].partition(", or")[0].split()[1:]
    assert trimtab(*settle, "--yes").code == 0
    assert trimtab("migrate", "verify", plan).code == 0
    done = trimtab("migrate", "rollback", "--yes", "--force")
    assert done.code == 0, done.all
    assert dotenv_values(workshop.folder / ".env.restored", interpolate=False) == original


def test_migration__file_per_environment__becomes_overrides_where_it_differs(
    open_workshop: Open,
) -> None:
    workshop = open_workshop("nestjs")
    trimtab, plan = workshop.trimtab, workshop.plan_file
    (workshop.folder / ".env.staging").write_text("SAMPLE_RATE=44100\nMAX_CLIP_SECONDS=30\n")
    (workshop.folder / ".env.production").write_text("LOG_LEVEL=warn\n")
    (workshop.folder / ".env.local").write_text("ENABLE_PREVIEW=false\n")
    original = env_values(workshop.folder)
    planned = {one["key"]: one for one in workshop.plan["keys"]}
    assert planned["SAMPLE_RATE"]["values"] == {"base": 22050, "staging": 44100}
    assert planned["MAX_CLIP_SECONDS"]["values"] == {"base": 30}
    assert planned["LOG_LEVEL"]["values"] == {"base": "info", "prod": "warn"}
    assert planned["ENABLE_PREVIEW"]["values"] == {"base": True, "dev": False}

    trimtab("migrate", "plan", ".", "-o", plan)
    assert trimtab("migrate", "apply", plan, "--yes").code == 0
    assert workshop.values("staging")["SAMPLE_RATE"] == 44100
    assert workshop.values("dev")["ENABLE_PREVIEW"] is False
    assert workshop.values("prod")["LOG_LEVEL"] == "warn"
    assert workshop.values("prod")["SAMPLE_RATE"] == 22050
    assert trimtab("migrate", "verify", plan).code == 0
    done = trimtab("migrate", "rollback", "--yes")
    assert done.code == 0, done.all
    restored = env_values(workshop.folder, ".restored")
    assert len(restored) == 4
    for path, values in restored.items():
        assert values == original[path.removesuffix(".restored")]


CORPUS_PROJECTS = sorted(path.parent.name for path in CORPUS.glob("*/labels.json"))
if not os.environ.get("TRIMTAB_LONG_TESTS"):  # all of them: TRIMTAB_LONG_TESTS=1 ./dev test tests
    CORPUS_PROJECTS = CORPUS_PROJECTS[1::4]


@pytest.mark.parametrize("name", CORPUS_PROJECTS or [pytest.param("", marks=pytest.mark.skip)])
def test_migration__real_env_file__is_applied_verified_and_undone(
    open_workshop: Open, name: str
) -> None:
    workshop = open_workshop(f"corpus:{name}")
    trimtab, plan = workshop.trimtab, workshop.plan_file
    original = dotenv_values(workshop.folder / ".env", interpolate=False)
    assert trimtab("migrate", "plan", ".", "-o", plan).code == 0
    done = trimtab("migrate", "apply", plan, "--yes")
    assert done.code == 0, done.all
    assert "Nothing to write" in trimtab("migrate", "apply", plan, "--yes").out
    done = trimtab("migrate", "verify", plan)
    assert done.code == 0, done.all
    done = trimtab("migrate", "rollback", "--yes")
    assert done.code == 0, done.all
    assert trimtab("list", "--json").json["items"] == []
    restored = workshop.folder / ".env.restored"
    if restored.exists():  # where the file sets any key that moved
        assert dotenv_values(restored, interpolate=False) == original


def copied(name: str, target: Path) -> Path:
    """A copy of one of the projects."""
    leave_out = shutil.ignore_patterns("__pycache__", ".venv*", ".git", "*_cache", "node_modules")
    if name.startswith("corpus:"):
        target.mkdir()
        shutil.copy(CORPUS / name.removeprefix("corpus:") / "env", target / ".env")
    elif name == "trimtab":
        target.mkdir()
        for part in OWN_FOLDERS:
            source = REPOSITORY / part
            if source.is_dir():
                shutil.copytree(source, target / part, ignore=leave_out)
            elif source.exists():
                shutil.copy(source, target / part)
    else:
        source = REPOSITORY / "examples" / name if name == "assistant" else PROJECTS / name
        shutil.copytree(source, target, ignore=leave_out)
    return target


def tree_digest(folder: Path) -> str:
    """One digest of every file's path, content, mode and time of change."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(f"{path.relative_to(folder)} {status.st_mode} {status.st_mtime_ns}".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def env_values(folder: Path, suffix: str = "") -> dict[str, dict[str, str | None]]:
    """The parsed values of every env file, or of those that were restored."""
    found = {}
    for path in folder.rglob(".env*"):
        if path.is_file() and path.name.endswith(".restored") == bool(suffix):
            name = os.path.relpath(path, folder)
            found[name] = dict(dotenv_values(path, interpolate=False))
    return found


def line_of(path: Path, text: str) -> int:
    return path.read_text().splitlines().index(text) + 1


def test_tree_digest__a_byte_changed__is_another(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(json.dumps({"a": 1}))
    before = tree_digest(tmp_path)
    (tmp_path / "a").write_text(json.dumps({"a": 2}))
    assert tree_digest(tmp_path) != before
