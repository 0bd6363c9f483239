"""The file from which a program starts: whole or not there, private, never newer than the truth."""

import itertools
import json
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from trimtab.connectors.last_known_good import Kept, LastKnownGood, default_path
from trimtab.snapshot import Revision, Snapshot, digest_of, read_item


def snapshot_of(number: int, keys: int = 200) -> Snapshot:
    raw = {"type": "integer", "category": "c", "version": 1, "origin": "dev", "updatedAt": "t"}
    items = {f"K{it}": read_item(f"K{it}", {**raw, "value": number}) for it in range(keys)}
    return Snapshot("default", "dev", Revision(1, number), items, digest_of(items))


def saved(path: Path, number: int = 1) -> LastKnownGood:
    kept = LastKnownGood(path)
    kept.keep(snapshot_of(number, 2), '"1.1.s"')
    kept.save_if_due()
    return kept


def test_save__and_read__gives_the_same_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "kept.json"

    kept = saved(path)

    found = LastKnownGood(path).read()
    assert isinstance(found, Kept)
    assert (found.snapshot, found.etag) == (snapshot_of(1, 2), '"1.1.s"')
    assert abs(found.saved_at - time.time()) < 60
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert kept.counters == {"lkg_saved": 1}


def test_read__any_byte_damaged_or_cut_off__is_ignored_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    saved(path)
    whole = path.read_bytes()

    for at in range(0, len(whole), 7):
        for damaged in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(damaged)
            kept = LastKnownGood(path)
            found = kept.read()
            if found is None:
                assert kept.counters == {"lkg_corrupt": 1}
                assert kept.problem is not None
            else:  # the damage lies in the remarks about the file, not in what it keeps
                assert found.snapshot == snapshot_of(1, 2)


def test_read__not_ours_alone__is_ignored(tmp_path: Path) -> None:
    path, other = tmp_path / "kept.json", tmp_path / "link.json"
    saved(path)
    other.symlink_to(path)
    assert LastKnownGood(other).read() is None
    path.chmod(0o666)
    assert LastKnownGood(path).read() is None
    path.unlink()
    path.mkdir()
    assert LastKnownGood(path).read() is None


def test_save__another_process_wrote_something_newer__stays(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    saved(path, 5)

    saved(path, 4)

    found = LastKnownGood(path).read()
    assert found is not None
    assert found.snapshot.revision.number == 5


def test_save__where_nothing_can_be_written__is_said_and_never_raised(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    kept = saved(tmp_path / "file" / "kept.json")

    assert kept.counters == {"lkg_unwritable": 1}
    assert kept.problem is not None


def write_for_ever(path: Path, ready: int) -> None:
    kept = LastKnownGood(path)
    for number in itertools.count(1):
        kept.keep(snapshot_of(number), None)
        kept.save_if_due(at_once=True)
        if number == 1:
            os.write(ready, b".")


def test_save__eight_processes_killed_at_random__never_a_torn_file(tmp_path: Path) -> None:
    path, context = tmp_path / "kept.json", multiprocessing.get_context("fork")
    hears, ready = os.pipe()
    for _ in range(4):
        writers = [
            context.Process(target=write_for_ever, args=(path, ready), daemon=True)
            for _ in range(8)
        ]
        for writer in writers:
            writer.start()
        os.read(hears, 1)
        for writer in writers:
            writer.kill()
            kept = LastKnownGood(path)
            assert kept.read() is not None, kept.problem
        for writer in writers:
            writer.join()
    os.close(hears)
    os.close(ready)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "\x00", "ü" * 300])
def test_default_path__of_hostile_names__stays_in_its_folder(name: str) -> None:
    path = default_path("https://config.test", name, name, {"HOME": "/home/u"})

    assert path is not None
    assert path.parent == Path("/home/u/.local/state/trimtab")
    assert len(path.name) == 37


def test_default_path__of_each_scope__is_another(tmp_path: Path) -> None:
    home = {"HOME": "/home/u", "XDG_STATE_HOME": "/state"}
    scopes = [("u", "a", "e"), ("u", "a", None), ("u", "e", "a"), ("v", "a", "e")]

    assert len({default_path(*scope, home) for scope in scopes}) == 4
    assert default_path("u", "a", "e", {}) is None


def test_save__a_reference__stays_a_reference(tmp_path: Path) -> None:
    raw = {"type": "string", "category": "c", "version": 1, "origin": "dev", "updatedAt": "t"}
    item = read_item("KEY", {**raw, "isSecret": True, "value": "env://HIDDEN"})
    snapshot = Snapshot("default", "dev", Revision(1, 1), {"KEY": item}, item.digest)
    kept = LastKnownGood(tmp_path / "kept.json")

    kept.keep(snapshot, None)
    kept.save_if_due()

    body = json.loads((tmp_path / "kept.json").read_text().partition("\n")[2])
    assert body["items"]["KEY"]["value"] == "env://HIDDEN"
