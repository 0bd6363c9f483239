"""The example assistant: its own three settings, and the show of five changes."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import trimtab

EXAMPLE = Path(__file__).parents[1] / "examples" / "assistant"


@dataclass
class Scene:
    assistant: TestClient
    cfg: trimtab.Client

    def change(self, **values: object) -> None:
        assert self.cfg.memory.set(values)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    from assistant.app import create_app  # noqa: PLC0415  (the example is no package of ours)
    from stand_ins import stand_ins  # noqa: PLC0415

    levels = {name: logging.getLogger(name).level for name in ("assistant", "trimtab")}
    with stand_ins() as vendors:
        for name, path in (("OPENAI", "/v1"), ("ANTHROPIC", ""), ("ELEVENLABS", "")):
            monkeypatch.setenv(f"{name}_API_KEY", "stand-in")
            monkeypatch.setenv(f"{name}_BASE_URL", vendors.url + path)
        monkeypatch.delenv("LANGSMITH_API_KEY", raising=False)
        made: list[trimtab.Client] = []

        def connect(**options: object) -> trimtab.Client:
            made.append(trimtab.connect(mode="memory", **options))
            return made[0]

        with TestClient(create_app(connect=connect)) as assistant:
            yield Scene(assistant, made[0])
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_log_level__changed__the_next_request_logs_more_or_less(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def logged() -> list[str]:
        caplog.clear()
        scene.assistant.post("/chat", json={"message": "Hello"}).raise_for_status()
        return [one.levelname for one in caplog.records if one.name == "assistant"]

    assert logged() == ["INFO"]
    scene.change(LOG_LEVEL="debug")
    assert logged() == ["DEBUG", "INFO"]
    scene.change(LOG_LEVEL="error")
    assert logged() == []


def test_debug__changed__the_next_answer_tells_how_it_came_about(scene: Scene) -> None:
    def answer() -> dict[str, object]:
        told: dict[str, object] = scene.assistant.post("/chat", json={"message": "Hi"}).json()
        return told

    assert "how" not in answer()
    scene.change(DEBUG=True)
    assert answer()["how"] == {
        "provider": "OPENAI",
        "model": "gpt-4",
        "revision": str(scene.cfg.revision),
    }


def test_dev_mode__changed__the_routes_of_developers_are_there_or_not(scene: Scene) -> None:
    assert scene.assistant.get("/dev/settings").status_code == 404
    scene.change(DEV_MODE=True)
    sources = scene.assistant.get("/dev/settings").json()["sources"]
    assert sources == {"log_level": "coded default", "debug": "coded default", "dev_mode": "store"}


def test_assistant__both_directions_of_speech_and_memory__work_together(scene: Scene) -> None:
    spoken = scene.assistant.post("/speak", json={"text": "My cat drinks milk"})
    assert spoken.headers["x-output-format"] == "mp3_44100_128"
    heard = scene.assistant.post(
        "/transcribe",
        content=spoken.content,
        headers={"Content-Type": "application/octet-stream"},
    ).json()
    assert heard == {"text": "My cat drinks milk"}
    scene.assistant.post("/chat", json={"message": heard["text"]}).raise_for_status()
    found = scene.assistant.get("/memory", params={"question": "My cat drinks milk"}).json()
    assert found == {"found": [{"text": "My cat drinks milk", "similarity": 1.0}]}


def test_assistant__one_credential_is_missing__the_rest_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.change(ELEVENLABS_API_KEY="")
    failed = scene.assistant.post("/speak", json={"text": "Hello"})
    assert failed.status_code == 503
    assert failed.json()["variable"] == "ELEVENLABS_API_KEY"
    assert scene.assistant.post("/chat", json={"message": "Hello"}).status_code == 200
    health = scene.assistant.get("/health").json()
    assert health["llm"] is None
    assert "LANGSMITH_API_KEY" in health["tracing"]


def test_show__five_settings_change__the_very_next_requests_differ_as_the_guide_says() -> None:
    command = [sys.executable, str(EXAMPLE / "show.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    assert neutral(done.stdout) == transcript()


def neutral(said: str) -> str:
    """Without what differs from run to run."""
    said = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8484", said)
    return re.sub(r"revision \d+\.", "revision 1795305600.", said)


def transcript() -> str:
    guide = (EXAMPLE.parents[1] / "docs/guide/services.md").read_text("utf-8")
    (block,) = re.findall(r"^```console\n\$ [^\n]*\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    return str(block)
