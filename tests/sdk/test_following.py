"""Both clients against a real server: they see every change, and go on without it."""

import gc
import multiprocessing
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest

import trimtab
from api_driver import serving_process
from trimtab.errors import NotAuthenticated, NotInTime, ServerUnreachable

from .conftest import Writer

MODES = pytest.mark.parametrize("mode", ["stream", "poll"])


@MODES
def test_connect__a_change__is_seen_and_told(
    writer: Writer, options: dict[str, Any], mode: Any
) -> None:
    writer.put("A", 1, type="integer", category="c")
    with trimtab.connect(mode=mode, **options) as cfg:
        handle, told = cfg.handle("A"), threading.Event()
        cfg.on_change("A", lambda old, new: told.set() if (old, new) == (1, 2) else None)

        cfg.wait_for(writer.put("A", 2))

        assert (cfg["A"], cfg.get("A"), handle.value) == (2, 2, 2)
        assert told.wait(5)
        status = cfg.status()
        assert (status.source, status.is_fallback) == ("server", False)
        with pytest.raises(trimtab.errors.NoSuchKey, match="trimtab set NOT_THERE"):
            cfg["NOT_THERE"]
    writer.put("A", 1)


@MODES
async def test_connect_async__a_change__is_seen_without_a_thread(
    writer: Writer, options: dict[str, Any], mode: Any
) -> None:
    writer.put("B", "x", type="string", category="c")
    threads = threading.active_count()
    seen: list[object] = []

    async def told(old: object, new: object) -> None:
        seen.append((old, new))

    async with trimtab.connect_async(mode=mode, **options) as cfg:
        cfg.on_change("B", told)
        await cfg.wait_for(writer.put("B", "y"))
        await cfg.reload()

        assert cfg["B"] == "y"
        assert seen == [("x", "y")]
        assert threading.active_count() == threads
        assert cfg.status().source == "server"
    writer.put("B", "x")


def test_connect__one_thread_at_most__and_none_when_closed(options: dict[str, Any]) -> None:
    before = threading.active_count()
    cfg = trimtab.connect(**options)
    assert threading.active_count() == before + 1
    began = time.monotonic()
    cfg.close()
    cfg.close()
    assert threading.active_count() == before
    assert time.monotonic() - began < 2


def test_wait_for__what_never_comes__says_so(options: dict[str, Any]) -> None:
    with trimtab.connect(**options) as cfg:
        assert cfg.revision is not None
        with pytest.raises(NotInTime):
            cfg.wait_for(f"{cfg.revision.epoch}.{cfg.revision.number + 100}", timeout=0.01)


def test_fork__the_child_follows_by_itself_and_leaves_the_parent_alone(
    writer: Writer, options: dict[str, Any]
) -> None:
    writer.put("C", 1, type="integer", category="c")
    with trimtab.connect(**options) as cfg:
        handle = cfg.handle("C")
        context = multiprocessing.get_context("fork")
        revisions, answers = context.SimpleQueue(), context.SimpleQueue()

        def child() -> None:
            cfg.wait_for(revisions.get())
            answers.put((handle.value, cfg["C"], threading.active_count()))

        children = [context.Process(target=child) for _ in range(3)]
        for one in children:
            one.start()
        revision = writer.put("C", 2)
        for _ in children:
            revisions.put(revision)
        seen = [answers.get() for _ in children]
        for one in children:
            one.join(10)

        assert [it[:2] for it in seen] == [(2, 2)] * 3
        assert [one.exitcode for one in children] == [0, 0, 0]
        cfg.wait_for(writer.put("C", 3))
        assert handle.value == 3


def test_connect__no_server__last_known_good_then_environment_then_default(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving_process({"TRIMTAB_DATA_DIR": str(tmp_path / "data")}) as process:
        writer = Writer(process)
        writer.put("A", 1, type="integer", category="c")
        options: dict[str, Any] = {
            "url": writer.url,
            "token": writer.token,
            "environment": "base",
            "lkg_path": tmp_path / "kept.json",
            "environ": {"A": "7", "HOME": str(tmp_path)},
            "start_timeout": 0.3,
        }
        with trimtab.connect(**options) as running:
            revision = running.revision
        writer.close()

    with trimtab.connect(**options) as cfg:
        status = cfg.status()
        assert (cfg["A"], status.source, cfg.revision) == (1, "last-known-good", revision)
        assert status.is_fallback
        assert not status.connected
        assert status.last_error is not None
    options["lkg_path"] = False
    with trimtab.connect(declare={"A": "integer"}, **options) as cfg:
        assert (cfg["A"], cfg.status().source) == (7, "environment")
    with trimtab.connect(**options) as cfg:
        assert (cfg.get("A", 5), cfg.status().source) == (5, "default")
        with pytest.raises(trimtab.errors.NoSuchKey, match="no server answered"):
            cfg["A"]
    with pytest.raises(ServerUnreachable):
        trimtab.connect(required=True, **options)
    assert "starting from last-known-good" in caplog.text


def test_connect__refused_and_required__fails_at_once(options: dict[str, Any]) -> None:
    began = time.monotonic()
    with pytest.raises(NotAuthenticated):
        trimtab.connect(**{**options, "token": "tt_none", "required": True, "start_timeout": 30.0})
    assert time.monotonic() - began < 10


def test_policies__take_effect_in_the_process(writer: Writer, options: dict[str, Any]) -> None:
    for key in ("P_SHADOW", "P_STORE"):
        writer.put(key, 1, type="integer", category="c")
    writer.policy("P_SHADOW", "shadow")
    writer.put("P_ENV", None, op="create", type="integer", category="c")
    writer.policy("P_ENV", "env")
    options["environ"] = {"P_ENV": "9", "P_SHADOW": "9", "P_STORE": "9"}

    with trimtab.connect(**options) as cfg:
        assert [cfg.get(key) for key in ("P_ENV", "P_SHADOW", "P_STORE")] == [9, 9, 1]
        assert cfg.status().shadow_mismatches == {"P_SHADOW": 1}


def test_mode_file__a_snapshot_put_there__is_followed(options: dict[str, Any]) -> None:
    kept: Path = options["lkg_path"]
    trimtab.connect(**options).close()
    with trimtab.connect(mode="file", file=kept) as cfg:
        assert cfg.status().source == "file"
        revision = cfg.revision
        kept.write_text("{")
        cfg.reload()
        assert cfg.revision == revision
        assert cfg.status().last_error is not None


async def test_explain__the_server_tells_the_chain__this_process_its_row(
    writer: Writer, options: dict[str, Any]
) -> None:
    writer.put("E", 1, type="integer", category="c")
    with trimtab.connect(**options) as cfg:
        found = cfg.explain("E")
        assert (found.winner, found.is_whole) == ("store", True)
    async with trimtab.connect_async(**options) as cfg_async:
        assert await cfg_async.explain("E") == found
        assert (await cfg_async.explain("NOT_THERE")).winner == "coded-default"


async def test_wait_for__a_change_of_another_environment__is_in_force_too(
    writer: Writer, options: dict[str, Any]
) -> None:
    writer.put("W", 1, type="integer", category="c")
    with trimtab.connect(**options) as cfg:
        held = cfg.revision
        revision = writer.bulk([{"key": "W", "environment": "dev", "value": 2}])
        cfg.wait_for(revision, timeout=5)
        assert (cfg.revision, cfg["W"]) == (held, 1)
        assert str(cfg.status().head) == revision
    async with trimtab.connect_async(**options) as cfg_async:
        revision = writer.bulk([{"key": "W", "environment": "dev", "value": 3}])
        await cfg_async.wait_for(revision, timeout=5)


def test_connect__nothing_kept_but_a_handle__follows_until_closed(
    writer: Writer, options: dict[str, Any]
) -> None:
    writer.put("H", 1, type="integer", category="c")
    cfg = trimtab.connect(**options)
    handle = cfg.handle("H")
    kept = weakref.ref(cfg)
    del cfg
    gc.collect()
    client = kept()
    assert client is not None
    client.wait_for(writer.put("H", 2))
    client.close()
    assert handle.value == 2
    del client
    gc.collect()
    assert kept() is None
