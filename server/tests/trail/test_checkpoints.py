"""Keys, signatures, and the server's own commands for them."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from engine_driver import Driver, clean_changes
from raw_rows import without_triggers
from trimtab_server.audit.chain import framed
from trimtab_server.infra.database import Database, database_now
from trimtab_server.trail.audit_key import BadAuditKey, NoAuditKey, create_key, load_key
from trimtab_server.trail.checkpoint import (
    FORMAT,
    BadCheckpoint,
    Head,
    read_checkpoint,
    read_checkpoints,
    sign,
)
from trimtab_server.trail.keep_checkpoints import keep_checkpoints

SERVER = Path(sys.executable).parent / "trimtab-server"
HEADS = [Head("system", 2, "ab" * 32), Head("application:1", 7, "cd" * 32)]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "TRIMTAB" not in name}
    return subprocess.run(
        [SERVER, *arguments],
        env=environment | {"TRIMTAB_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_sign__known_heads__is_ed25519_over_the_framed_text(database: Database) -> None:
    key = Ed25519PrivateKey.generate()
    async with database.read() as connection:
        made = sign(key, HEADS, await database_now(connection))
    text = json.dumps(
        {
            "at": made.at,
            "heads": [
                {"chain": one.chain, "hash": one.hash, "seq": one.seq} for one in reversed(HEADS)
            ],
        },
        separators=(",", ":"),
        sort_keys=True,
    )
    key.public_key().verify(made.signature, framed(FORMAT, text))
    assert made.is_signed_by(key.public_key().public_bytes_raw())
    assert not made.is_signed_by(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert not made.is_signed_by(b"short")
    assert read_checkpoint(made.to_json()) == made


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"format": "v2"}', "nonsense", "null"])
def test_read_checkpoints__something_else__is_refused(line: str) -> None:
    with pytest.raises(BadCheckpoint):
        read_checkpoints(line)


def test_create_key__new_file__is_its_owners_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    made = create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).private_bytes_raw() == made.private_bytes_raw()
    with pytest.raises(BadAuditKey):
        create_key(path)
    (tmp_path / "link.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadAuditKey):
        create_key(tmp_path / "link.key")


def test_load_key__of_no_use__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    with pytest.raises(NoAuditKey):
        load_key(path)
    create_key(path)
    path.chmod(0o644)
    with pytest.raises(BadAuditKey, match="chmod 600"):
        load_key(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(BadAuditKey, match="no Ed25519 key"):
        load_key(path)


async def test_keep_checkpoints__while_things_happen__signs_each_state_once(
    database: Database, tmp_path: Path
) -> None:
    driver = Driver(database)
    create_key(tmp_path / "key")
    target = tmp_path / "checkpoints"
    application = await driver.new_application()
    keeping = asyncio.create_task(
        keep_checkpoints(database, tmp_path / "key", str(target), each_seconds=0.01)
    )
    await _until(lambda: target.exists() and target.read_text().count("\n") == 1)
    await driver.must(application, clean_changes[0])
    await _until(lambda: target.read_text().count("\n") == 2)
    keeping.cancel()
    await asyncio.wait([keeping])
    first, second = read_checkpoints(target.read_text())
    assert [head.seq for head in first.heads if head.chain != "system"] == [1]
    assert [head.seq for head in second.heads if head.chain != "system"] == [2]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - nobody tells that a file has grown
            await asyncio.sleep(0.01)


def test_commands__from_key_to_verification__tell_whole_from_broken(tmp_path: Path) -> None:
    assert run(tmp_path, "database", "upgrade").returncode == 0
    refused = run(tmp_path, "audit", "checkpoint")
    assert (refused.returncode, "audit key" in refused.stderr) == (1, True)
    made = json.loads(run(tmp_path, "audit", "key", "--json").stdout)
    assert made["made"]
    again = json.loads(run(tmp_path, "audit", "key", "--json").stdout)
    assert again == made | {"made": False}
    anchor = tmp_path / "anchor.jsonl"
    assert run(tmp_path, "audit", "checkpoint", "-o", str(anchor)).returncode == 0
    assert run(tmp_path, "token", "create", "--admin", "--name", "a").returncode == 0
    printed = run(tmp_path, "audit", "checkpoint")
    anchor.write_text(anchor.read_text() + printed.stdout)
    for extra in ([], ["--anchor", str(anchor)]):
        whole = run(tmp_path, "audit", "verify", *extra)
        assert whole.returncode == 0, whole.stderr
        assert "whole" in whole.stdout
    asyncio.run(_forget_the_last_entry_of_the_system(tmp_path))
    assert run(tmp_path, "audit", "verify").returncode == 0
    broken = run(tmp_path, "audit", "verify", "--anchor", str(anchor), "--json")
    assert broken.returncode == 3
    problems = [one for chain in json.loads(broken.stdout)["chains"] for one in chain["problems"]]
    assert [one["kind"] for one in problems] == ["cut"]
    other = json.loads(run(tmp_path / "other", "audit", "key", "--json").stdout)["publicKey"]
    untrusted = run(tmp_path, "audit", "verify", "--anchor", str(anchor), "--public-key", other)
    assert (untrusted.returncode, "another key" in untrusted.stdout) == (3, True)
    missing = run(tmp_path, "audit", "verify", "--anchor", str(tmp_path / "none"))
    assert (missing.returncode, "cannot be read" in missing.stderr) == (1, True)


async def _forget_the_last_entry_of_the_system(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / 'trimtab.sqlite3'}")
    head = "(SELECT seq FROM audit_chain WHERE name = 'system')"
    cut = f"DELETE FROM audit_entry WHERE chain = 'system' AND seq = {head}"
    before = "SELECT hash FROM audit_entry WHERE chain = 'system' AND seq = audit_chain.seq - 1"
    back = f"UPDATE audit_chain SET seq = seq - 1, head = ({before}) WHERE name = 'system'"
    async with database.write() as connection, without_triggers(connection):
        for statement in (cut, back):
            await connection.execute(text(statement))
    await database.dispose()
