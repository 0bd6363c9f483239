"""Typed settings on both clients, and what of a secret is kept."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import trimtab

from .conftest import Writer


class Voice(trimtab.LiveSettings):
    """What a program might have."""

    voice_retries: int = 3
    voice_key: SecretStr | None = None


async def test_settings__on_an_async_client__change_on_the_loop(
    writer: Writer, options: dict[str, Any]
) -> None:
    writer.put("VOICE_RETRIES", 1, type="integer", category="c")
    told = asyncio.Event()
    async with trimtab.connect_async(**options) as cfg:
        with trimtab.use(cfg):
            voice = Voice()
        seen = []

        async def changed(old: int, new: int) -> None:
            seen.append((old, new, voice.voice_retries))
            told.set()

        voice.on_change("voice_retries", changed)
        assert voice.voice_retries == 1
        await cfg.wait_for(writer.put("VOICE_RETRIES", 2))
        async with asyncio.timeout(10):
            await told.wait()
        assert (voice.voice_retries, seen) == (2, [(1, 2, 2)])
    writer.put("VOICE_RETRIES", 1)


def test_secret__resolved_in_the_process__is_not_in_what_is_kept(
    writer: Writer, options: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By every scheme: the file that outlives the program holds the references alone."""
    (tmp_path / "secret").write_text("of-the-file\n")
    references = {
        "VOICE_KEY": "env://VOICE_KEY_HERE",
        "VOICE_FILE": f"file://{tmp_path}/secret",
        "VOICE_VAULT": "infisical://assistant/prod/voice#KEY",
    }
    for key, reference in references.items():
        writer.put(key, reference, type="string", category="c", isSecret=True)
    options["environ"] = {"VOICE_KEY_HERE": "of-the-process"}
    options["schemes"] = {"infisical": lambda _reference: "of-the-vault"}
    secrets = ["of-the-process", "of-the-file", "of-the-vault"]
    with trimtab.connect(**options) as cfg:
        assert [cfg[key] for key in references] == secrets
        with trimtab.use(cfg):
            voice = Voice()
        assert voice.voice_key == SecretStr("of-the-process")
        shown = f"{voice!r} {cfg!r} {cfg.status()!r} {cfg.explain('VOICE_KEY')!r}"
    kept = options["lkg_path"].read_text()
    assert all(reference in kept for reference in references.values())
    assert not [one for one in secrets if one in f"{kept} {shown} {caplog.text}"]


def test_on_change__coroutine_function_without_a_loop__is_refused_with_the_remedy() -> None:
    async def told(old: object, new: object) -> None: ...

    with trimtab.connect(mode="memory") as cfg, trimtab.use(cfg):
        for listen in (
            lambda: cfg.on_change("A", told),
            lambda: Voice().on_change("voice_retries", told),
        ):
            with pytest.raises(trimtab.errors.BadCallback, match="connect_async"):
                listen()
