"""`trimtab audit` against a real server: what happened, whether that is all of it."""

import json
import sqlite3
import stat
import subprocess
from pathlib import Path

import httpx2
import pytest

from .conftest import SERVER, Cli, Server, clean_environ

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="session")
def signing_server(server: Server) -> Server:
    """The server with an audit key."""
    environ = clean_environ() | {"TRIMTAB_DATA_DIR": str(server.folder)}
    subprocess.run([SERVER, "audit", "key"], env=environ, check=True, capture_output=True)
    return server


def test_list__after_changes__shows_who_did_what_and_why(cli: Cli, setting: str) -> None:
    assert cli("set", setting, "4", "-e", "dev", "--yes", "-m", "more patience").code == 0
    found = cli("audit", "list")
    assert found.code == 0, found.err
    lines = found.out.splitlines()
    assert lines[0].split() == ["WHEN", "WHO", "WHAT", "ABOUT", "OLD", "NEW", "WHY"]
    newest = lines[1]
    assert "test (cli)" in newest
    assert "change 1" in newest
    assert newest.endswith("more patience")
    assert "RETRIES dev" in newest
    entry = cli("audit", "list", "-n", "1", "--json").json["items"][0]
    assert entry["items"][0]["new"] == 4


def test_list__filters__narrow_it(cli: Cli, setting: str) -> None:
    assert cli("set", setting, "4", "-e", "dev", "--yes").code == 0
    both = cli("audit", "list", "--key", setting, "-e", "dev", "--json").json["items"]
    assert [one["items"][0]["environment"] for one in both] == ["dev"]
    revision = both[0]["revision"]
    assert len(cli("audit", "list", "--revision", revision, "--json").json["items"]) == 1
    assert cli("audit", "list", "--actor", "nobody").out == "Nothing of that has happened.\n"
    system = cli("audit", "list", "--system", "--json").json["items"]
    assert {one["chain"] for one in system} == {"system"}
    assert "token-issued" in cli("audit", "list", "--system").out


def test_list__refused_credential__names_the_key_and_not_the_value(
    server: Server, application: str, cli: Cli
) -> None:
    assert cli("define", "VOICE", "--type", "string", "--yes").code == 0
    token = "AKIA" + "ABCDEFGHIJKLMNOP"
    refused = httpx2.put(  # the command line itself asks before it writes
        f"{server.url}/api/v1/config/VOICE?environment=dev&application={application}",
        headers={"Authorization": f"Bearer {server.token}", "If-Match": "*"},
        json={"value": token},
    )
    assert refused.status_code == 422
    found = cli("audit", "list", "--system", "--action", "secret-refused", "-n", "1")
    assert "VOICE" in found.out
    assert token not in found.all


def test_verify__as_written__is_whole(cli: Cli, setting: str) -> None:
    found = cli("audit", "verify")
    assert found.code == 0, found.err
    assert "whole" in found.out
    assert "BROKEN" not in found.out
    assert cli("audit", "verify", "--json").json["valid"] is True


def test_export__of_everything__is_lines_with_proof_in_a_file_of_ones_own(
    cli: Cli, setting: str, tmp_path: Path
) -> None:
    done = cli("audit", "export", "-o", str(tmp_path / "trail.jsonl"))
    assert done.code == 0, done.err
    path = tmp_path / "trail.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    own = [one for one in entries if one["application"]]
    assert [one["seq"] for one in own] == list(range(1, len(own) + 1))
    assert all(one["body"] and one["hash"] for one in entries)
    assert cli("audit", "export").out.count("\n") == len(entries)


def test_checkpoint__and_verification_against_it__until_something_is_gone(
    signing_server: Server, cli: Cli, setting: str, tmp_path: Path
) -> None:
    anchor = tmp_path / "anchor.jsonl"
    assert cli("audit", "checkpoint", "-o", str(anchor)).code == 0
    assert stat.S_IMODE(anchor.stat().st_mode) == 0o600
    printed = cli("audit", "checkpoint")
    assert json.loads(printed.out)["heads"]
    assert cli("set", setting, "4", "-e", "dev", "--yes").code == 0
    found = cli("audit", "verify", "--anchor", str(anchor))
    assert found.code == 0, found.all
    assert "holds" in found.out
    forged = json.loads(anchor.read_text("utf-8"))
    forged["heads"][0]["seq"] += 1
    anchor.write_text(json.dumps(forged), "utf-8")
    refused = cli("audit", "verify", "--anchor", str(anchor))
    assert (refused.code, "another key" in refused.out) == (3, True)


def test_verify__history_written_with_sql__says_so(
    server: Server, cli: Cli, application: str, setting: str
) -> None:
    with sqlite3.connect(server.folder / "trimtab.sqlite3") as connection:
        connection.execute(
            "UPDATE configuration SET value = '5' WHERE setting_id IN (SELECT s.id FROM setting s "
            "JOIN application a ON a.id = s.application_id WHERE a.name = ?)",
            (application,),
        )
    connection.close()
    found = cli("audit", "verify")
    assert found.code == 0
    assert "1 written around the server" in found.out
    shown = cli("audit", "list", "--action", "out-of-band", "-n", "1").out
    assert "out-of-band (sql)" in shown
    assert f"{setting} base" in shown


@pytest.mark.parametrize("content", [None, "", "nonsense", "[]"])
def test_verify__anchor_of_no_use__is_a_usage_mistake(
    refusing_cli: Cli, tmp_path: Path, content: str | None
) -> None:
    anchor = tmp_path / "anchor"
    if content is not None:
        anchor.write_text(content, "utf-8")
    assert refusing_cli("audit", "verify", "--anchor", str(anchor)).code == 2
    assert refusing_cli("audit", "verify", "--public-key", "x").code == 2
