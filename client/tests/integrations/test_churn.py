"""A thousand changes under sixteen callers: no error, no mixed set in a call, nothing left open."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import openai
import pytest

from live_settings import change, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.elevenlabs import ElevenLabsSettings, Voice
from trimtab.integrations.llm import Llm, LlmSettings, Message, Role

CHANGES = 1000
CALLERS = 16
SAME_KEY = 50  # so many revisions keep a credential, and with it a client
HELLO = [Message(Role.USER, "Hello?")]


def llm_values(number: int) -> dict[str, Any]:
    return {"OPENAI_MODEL": f"m{number}", "OPENAI_API_KEY": f"k{number // SAME_KEY}"}


def voice_values(number: int) -> dict[str, Any]:
    return {
        "ELEVENLABS_DEFAULT_TTS_MODEL": f"m{number}",
        "ELEVENLABS_VOICE_STABILITY": number / CHANGES,
        "ELEVENLABS_VOICE_STYLE": number / CHANGES,
        "ELEVENLABS_MAX_CONCURRENT_REQUESTS": number % 10 + 1,
        "ELEVENLABS_API_KEY": f"k{number // SAME_KEY}",
    }


def chat(request: Request) -> Answer:
    said = {"role": "assistant", "content": request.json["model"]}
    return Answer(json={"choices": [{"index": 0, "finish_reason": "stop", "message": said}]})


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """They take turns more often than usual, so that changes fall everywhere into calls."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    yield
    sys.setswitchinterval(usual)


@contextmanager
def llm_under_test(stack: ExitStack) -> Iterator[tuple[Any, Any, Callable[[], object]]]:
    settings = stack.enter_context(live(LlmSettings, **llm_values(0)))
    llm = Llm(settings, max_retries=0)
    yield llm, settings, lambda: llm.chat_model().ask(HELLO)
    llm.close()


@contextmanager
def voice_under_test(stack: ExitStack) -> Iterator[tuple[Any, Any, Callable[[], object]]]:
    settings = stack.enter_context(live(ElevenLabsSettings, **voice_values(0)))
    voice = Voice(settings)
    yield voice, settings, lambda: voice.speak("Hello", voice_id="v")
    voice.close()


def number_of(request: Request) -> int:
    """The revision that a request was made of, checked against everything it carries."""
    body = request.json
    number = int(body.get("model", body.get("model_id"))[1:])
    shown = request.headers.get("xi-api-key") or request.headers["authorization"].split()[1]
    assert shown == f"k{number // SAME_KEY}"
    spoken = body.get("voice_settings", {"stability": number / CHANGES, "style": number / CHANGES})
    assert spoken["stability"] == spoken["style"] == number / CHANGES
    return number


@pytest.mark.usefixtures("busy_threads")
@pytest.mark.parametrize(
    ("under_test", "values"),
    [(llm_under_test, llm_values), (voice_under_test, voice_values)],
    ids=["llm", "elevenlabs"],
)
def test_service__a_thousand_changes_under_sixteen_callers__each_call_is_one_set(
    under_test: Any,
    values: Callable[[int], dict[str, Any]],
    vendor: LoopbackVendor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{vendor.url}/openai")
    monkeypatch.setenv("ELEVENLABS_BASE_URL", vendor.url)
    vendor.on("/openai", chat)
    vendor.on("/v1/text-to-speech", Answer(body=b"audio", content_type="audio/mpeg"))
    vendor.on("/v1/models", Answer(json=[]))
    threads = {one.name for one in threading.enumerate()}
    earlier = {id(one): one for one in clients()}  # kept, so that no id is used again
    over = threading.Event()

    def call_until_over(call: Callable[[], object]) -> int:
        calls = 0
        while not over.is_set():
            call()
            calls += 1
        return calls

    with ExitStack() as stack, under_test(stack) as (service, settings, call):
        with ThreadPoolExecutor(CALLERS) as pool:
            calling = [pool.submit(call_until_over, call) for _ in range(CALLERS)]
            try:
                for number in range(1, CHANGES + 1):
                    change(settings, **values(number))
            finally:
                over.set()
            counts = [one.result() for one in calling]
        assert service.open_clients == 1
    assert service.open_clients == 0
    assert min(counts) > 0
    seen = [number_of(one) for one in vendor.requests if one.method == "POST"]
    assert len(seen) == sum(counts)
    assert len(set(seen)) > CHANGES / 50
    assert all(one.is_closed() for one in clients() if id(one) not in earlier)
    started = {one.name for one in threading.enumerate()} - threads
    assert not [name for name in started if name.startswith(("elevenlabs", "ThreadPool"))]


def clients() -> list[openai.OpenAI]:
    """Every one that is alive in this process."""
    return [one for one in gc.get_objects() if type(one) is openai.OpenAI]
