"""What `up` does once the server runs: moving in, comparing, reporting; and before: the token."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trimtab.admin import Admin
from trimtab.cli.connect import Store
from trimtab.cli.up.address import Address, CannotListen, free_address
from trimtab.cli.up.admin_profile import accepted_profile, keep_profile
from trimtab.cli.up.again import say_differences
from trimtab.cli.up.data_dir import BadDataDir, prepare
from trimtab.cli.up.env_source import (
    EnvSource,
    choose_source,
    remember,
    remembered_source,
)
from trimtab.cli.up.first_run import move_in
from trimtab.cli.up.report import next_commands, say_decisions, say_where
from trimtab.cli.up.server import NoServerInstalled, ServerProgram, find_server
from trimtab.migrate.plan_env_file import plan_env_file
from trimtab.profile import Profile, read_profile, write_profile

from .conftest import SERVER, Cli, Server

pytestmark = pytest.mark.timeout(60)

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
ENV = "RETRY_LIMIT=3\nENABLE_CACHE=true\nOPENAI_API_KEY=replace-me-please\n"
EVERYTHING = EnvSource(Path(".env"))
ASKING = EnvSource(Path(".env"), must_ask=True)


@pytest.fixture
def store(cli: Cli, server: Server, application: str, tmp_path: Path) -> Iterator[Store]:
    """The store as `up` holds it, in the test's folder with an env file."""
    (tmp_path / ".env").write_text(ENV)
    profile = Profile(server.url, server.token, application, path=tmp_path / "profile.json")
    with Admin(profile, channel="migration") as admin:
        yield Store(admin, profile)


def _keys(store: Store) -> list[str]:
    return [one.key for one in store.admin.entities()]


def test_move_in__nobody_to_ask__shows_the_plan_and_the_command_that_writes_it(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TRIMTAB_COMMAND", "./dev trimtab")
    data_dir = tmp_path / ".trimtab"
    move_in(store, ASKING, data_dir, yes=False, skip_broken=False)
    said = capsys.readouterr().out
    assert "RETRY_LIMIT" in said
    assert "`./dev trimtab import .env --environment base --yes` writes it." in said
    assert _keys(store) == []
    assert next_commands(store, data_dir)[0].startswith("./dev trimtab define ")


def test_move_in__yes__writes_one_change_of_policy_store(store: Store, tmp_path: Path) -> None:
    move_in(store, ASKING, tmp_path, yes=True, skip_broken=False)
    assert _keys(store) == ["ENABLE_CACHE", "RETRY_LIMIT"]
    assert {one.source_policy for one in store.admin.entities("dev")} == {"store"}
    assert len({one.revision for key in _keys(store) for one in store.admin.history(key)}) == 1
    assert remembered_source(tmp_path, tmp_path) == EVERYTHING


def test_move_in__no_on_a_terminal__writes_nothing_and_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        os.write(ours, b"n\n")
        move_in(store, ASKING, tmp_path, yes=False, skip_broken=False)
    os.close(ours)
    assert "Nothing was written" in capsys.readouterr().out
    assert _keys(store) == []


def test_move_in__what_the_server_refuses__stays_with_its_reason(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = "ghp_" + "0123456789" * 3 + "012345"
    (tmp_path / ".env").write_text(f"{ENV}GREETING_TEXT=call me {token}\nschema=3\n")
    move_in(store, EVERYTHING, tmp_path, yes=False, skip_broken=False)
    said = capsys.readouterr().out
    assert _keys(store) == ["ENABLE_CACHE", "RETRY_LIMIT"]
    assert "GREETING_TEXT" in said
    assert token not in said


def test_say_differences__the_same__says_so_and_writes_nothing(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_in(store, EVERYTHING, tmp_path, yes=True, skip_broken=False)
    head = store.admin.head()
    (tmp_path / ".env").write_text(ENV.replace("true", "1"))
    capsys.readouterr()
    say_differences(store, EVERYTHING, tmp_path)
    assert "say the same (2 keys)" in capsys.readouterr().out
    assert store.admin.head() == head


def test_say_differences__changed_new_and_untyped__names_each(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_in(store, EVERYTHING, tmp_path, yes=True, skip_broken=False)
    (tmp_path / ".env").write_text(
        "RETRY_LIMIT=4\nENABLE_CACHE=perhaps\nCHAT_MODEL=gpt\nbad line\n"
    )
    capsys.readouterr()
    say_differences(store, EVERYTHING, tmp_path)
    rows = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert ["RETRY_LIMIT", "4", "3"] in rows
    assert ["CHAT_MODEL", "gpt", "(no such setting)"] in rows
    assert any(row[:2] == ["ENABLE_CACHE", "must"] for row in rows)


def test_next_commands__printed_for_a_full_store__work(
    store: Store, cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_in(store, EVERYTHING, tmp_path, yes=True, skip_broken=False)
    commands = next_commands(store, tmp_path / ".trimtab")
    for command in commands:
        assert cli(*command.split()[1:]).code == 0, command
    say_where(store, tmp_path / ".trimtab")
    said = capsys.readouterr().out
    assert f"{store.profile.url}/docs" in said
    assert all(command in said for command in commands)
    assert store.profile.token not in said


def test_choose_source__in_order(tmp_path: Path) -> None:
    assert choose_source(None, tmp_path) is None
    example = tmp_path / "examples" / "assistant" / ".env.example"
    example.parent.mkdir(parents=True)
    example.write_text("")
    found = choose_source(None, tmp_path)
    assert found is not None
    assert (found.path.name, found.must_ask) == (".env.example", False)
    (tmp_path / ".env").write_text("")
    assert choose_source(None, tmp_path) == ASKING
    assert choose_source(Path("other"), tmp_path) == EnvSource(Path("other"))


def test_remembered_source__file_gone_or_note_broken__is_forgotten(tmp_path: Path) -> None:
    assert remembered_source(tmp_path, tmp_path) is None
    file = tmp_path / "a.env"
    file.write_text("")
    remember(EnvSource(file), tmp_path)
    assert remembered_source(tmp_path, tmp_path) == EnvSource(Path("a.env"))
    assert remembered_source(tmp_path, tmp_path / "elsewhere") == EnvSource(file)
    file.unlink()
    assert remembered_source(tmp_path, tmp_path) is None
    (tmp_path / "up.json").write_text("[")
    assert remembered_source(tmp_path, tmp_path) is None


def test_keep_profile__token_that_ends_soon__is_renewed(server: Server) -> None:
    program = ServerProgram(str(SERVER), server.folder)
    address = Address("127.0.0.1", int(server.url.rpartition(":")[2]))
    path = server.folder / "profile.json"
    soon = datetime.now(UTC) + timedelta(days=13)
    write_profile(path, Profile(server.url, server.token, token_expires_at=soon))
    renewed = keep_profile(program, address)
    assert renewed.token != server.token
    assert renewed.token_expires_at is not None
    assert renewed.token_expires_at > datetime.now(UTC) + timedelta(days=14)
    assert keep_profile(program, address) == renewed == read_profile(path)
    assert accepted_profile(program, address, renewed) == renewed
    moved = keep_profile(program, Address("127.0.0.1", 1))
    assert (moved.url, moved.token) == ("http://127.0.0.1:1", renewed.token)


def test_accepted_profile__token_the_server_does_not_know__is_replaced(server: Server) -> None:
    program = ServerProgram(str(SERVER), server.folder)
    address = Address("127.0.0.1", int(server.url.rpartition(":")[2]))
    stale = Profile(server.url, "tt_unknown_token", path=server.folder / "profile.json")
    assert accepted_profile(program, address, stale).token != stale.token


def test_find_server__not_installed__says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_server(tmp_path).executable == str(SERVER)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(NoServerInstalled, match="pip install trimtab-server"):
        find_server(tmp_path)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "a" * 300])
def test_free_address__host_that_is_not_ours__names_the_option(host: str) -> None:
    with pytest.raises(CannotListen, match="--host"):
        free_address(host, 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"),
     ("::", "http://[::1]:1"), ("localhost", "http://localhost:1")],
)  # fmt: skip
def test_address__url__is_one_this_machine_reaches(host: str, url: str) -> None:
    assert Address(host, 1).url == url


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real env files is not here")
@pytest.mark.parametrize("folder", sorted(CORPUS.glob("*/")), ids=lambda folder: folder.name)
def test_move_in__real_env_file__stores_no_secret(
    store: Store, server: Server, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move_in(store, EnvSource(folder / "env"), tmp_path, yes=True, skip_broken=False)
    said = capsys.readouterr().out
    labels = json.loads((folder / "labels.json").read_text())["keys"]
    secret = {one["key"] for one in labels if one["class"] == "secret" and not one.get("ambiguous")}
    assert not secret & set(_keys(store))
    assert all(one["key"] in said for one in labels)
    checkpoint = subprocess.run(
        ["cat", *server.folder.glob("trimtab.sqlite3*")], capture_output=True, check=True
    )
    text = (folder / "env").read_text()
    for key in secret:
        value = next(
            (line.partition("=")[2].strip().strip("\"'") for line in text.splitlines()
             if line.lstrip("#; ").startswith(f"{key}=")), ""
        )  # fmt: skip
        if len(value) >= 8 and text.count(value) == 1:
            assert value.encode() not in checkpoint.stdout, key


@pytest.mark.parametrize("columns", ["40", "80", "120", "200"])
def test_say_decisions__any_width__shows_every_key_whole_within_it(
    columns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    keys = [f"{'A_VERY_LONG_NAME_' * repeats}ENABLED" for repeats in range(8)]
    path = tmp_path / "wide.env"
    path.write_text("".join(f"{key}=true\n" for key in keys) + "# debug | info\nLOG_LEVEL=info\n")
    monkeypatch.setenv("COLUMNS", columns)
    say_decisions(plan_env_file(path).decisions, {})
    lines = capsys.readouterr().out.splitlines()
    assert all(any(key in line.split() for line in lines) for key in keys)
    longest_word = max(len(keys[-1]), 40)
    assert all(len(line) <= max(int(columns), longest_word) for line in lines)
    assert not any(line != line.rstrip() for line in lines)
    assert "9 keys for the database, 0 stay" in " ".join(lines)


def test_data_dir__folder_of_somebody_else__is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "project"
    theirs.mkdir(mode=0o755)
    (theirs / ".gitignore").write_text("dist/\n")
    with pytest.raises(BadDataDir, match="--data-dir"):
        prepare(theirs)
    assert (theirs / ".gitignore").read_text() == "dist/\n"
    assert theirs.stat().st_mode & 0o777 == 0o755
