"""Other values for the length of a test."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from pydantic import Field

import trimtab
from trimtab.store import Rejected
from trimtab.testing import BadOverride, override


class Voice(trimtab.LiveSettings):
    stability: float = Field(0.5, ge=0, le=1, alias="STABILITY")


@pytest.fixture
def cfg() -> trimtab.Client:
    return trimtab.connect(mode="memory", values={"STABILITY": 0.25, "RETRIES": 3})


def test_override__block__covers_clients_and_settings_and_restores(cfg: trimtab.Client) -> None:
    seen = []
    cfg.on_change("RETRIES", lambda old, new: seen.append((old, new)))
    with trimtab.use(cfg):
        voice = Voice()
    with override(STABILITY=0.75, RETRIES=4):
        assert (voice.stability, cfg["RETRIES"]) == (0.75, 4)
        with override({"RETRIES": 5}):
            assert cfg["RETRIES"] == 5
        assert cfg["RETRIES"] == 4
        cfg.memory.set({"RETRIES": 1})  # what the server says meanwhile
        assert cfg["RETRIES"] == 4
        assert voice.status().sources == {"stability": "override"}
    assert (voice.stability, cfg["RETRIES"]) == (0.25, 1)
    assert seen == [(3, 4), (4, 5), (5, 4), (4, 1)]


def test_override__inside_the_block__reaches_what_is_made_there_and_other_threads() -> None:
    with override(STABILITY=0.75, **{"some.key": [1]}):
        late = trimtab.connect(mode="memory")
        with trimtab.use(late):
            voice = Voice()
        found: list[object] = []
        reader = threading.Thread(target=lambda: found.extend([voice.stability, late["some.key"]]))
        reader.start()
        reader.join()
        assert found == [0.75, [1]]
    assert voice.stability == 0.5
    assert "some.key" not in late


@pytest.mark.parametrize("value", ["three", True, 3.5, None])
def test_override__value_of_another_type__is_refused_and_changes_nothing(
    cfg: trimtab.Client, value: object
) -> None:
    with pytest.raises(BadOverride, match="RETRIES cannot be overridden"), override(RETRIES=value):  # type: ignore[arg-type]
        pytest.fail("the block ran")
    assert cfg["RETRIES"] == 3


def test_override__value_that_a_class_refuses__changes_nothing(cfg: trimtab.Client) -> None:
    with trimtab.use(cfg):
        voice = Voice()
    with pytest.raises(Rejected, match="stability"), override(STABILITY=7.0):
        pytest.fail("the block ran")
    assert (voice.stability, cfg["STABILITY"]) == (0.25, 0.25)


def test_override__decorator__covers_functions_and_coroutines(cfg: trimtab.Client) -> None:
    @override(RETRIES=5)
    def plain(add: int) -> int:
        return int(cfg["RETRIES"]) + add

    @override(RETRIES=5)
    async def coroutine() -> int:
        await asyncio.sleep(0)
        return int(cfg["RETRIES"])

    assert (plain(1), plain(2), asyncio.run(coroutine())) == (6, 7, 5)
    assert cfg["RETRIES"] == 3


def test_fixture__used__ends_with_the_test(
    cfg: trimtab.Client, trimtab_override: Callable[..., None]
) -> None:
    trimtab_override(RETRIES=5)
    trimtab_override({"STABILITY": 0.0})
    assert (cfg["RETRIES"], cfg["STABILITY"]) == (5, 0.0)


def test_testing__imported__brings_neither_pytest_nor_pydantic() -> None:
    code = (
        "import sys, trimtab.testing; "
        "sys.exit(bool({'pytest', 'pydantic', 'httpx2'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
