"""A thousand changes under sixteen callers: no error, no mixed set in a call, nothing left open."""

import gc
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any

import openai
import pytest

from live_settings import change, live
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.elevenlabs import ElevenLabsSettings, Voice
from trimtab.integrations.embeddings import EmbeddingSettings, OpenAIEmbeddings
from trimtab.integrations.infisical import Infisical, InfisicalSettings
from trimtab.integrations.llm import Llm, LlmSettings, Message, Role
from trimtab.integrations.memory import Memory, MemorySettings

CHANGES = 1000
CALLERS = 16
SAME_KEY = 50  # so many revisions keep a credential, and with it a client
HELLO = [Message(Role.USER, "Hello?")]


@dataclass
class Busy:
    """A service that is being called: its settings, one call of it, and the numbers of the sets
    that the vendor's requests were made of, each checked against all that the request carries."""

    settings: Any
    values: Callable[[int], dict[str, Any]]
    call: Callable[[], None]
    seen: Callable[[list[Request]], list[int]]
    open_clients: Callable[[], int]
    close: Callable[[], None]


def key_of(number: int) -> str:
    return f"k{number // SAME_KEY}"


def llm(stack: ExitStack, vendor: LoopbackVendor) -> Busy:
    def values(number: int) -> dict[str, Any]:
        return {"OPENAI_MODEL": f"m{number}", "OPENAI_API_KEY": key_of(number)}

    def chat(request: Request) -> Answer:
        said = {"role": "assistant", "content": request.json["model"]}
        return Answer(json={"choices": [{"index": 0, "finish_reason": "stop", "message": said}]})

    def call() -> None:
        service.chat_model().ask(HELLO)

    vendor.on("/openai", chat)
    settings = stack.enter_context(live(LlmSettings, **values(0)))
    service = Llm(settings, max_retries=0)
    return Busy(settings, values, call, by_model, lambda: service.open_clients, service.close)


def elevenlabs(stack: ExitStack, vendor: LoopbackVendor) -> Busy:
    def values(number: int) -> dict[str, Any]:
        return {
            "ELEVENLABS_DEFAULT_TTS_MODEL": f"m{number}",
            "ELEVENLABS_VOICE_STABILITY": number / CHANGES,
            "ELEVENLABS_VOICE_STYLE": number / CHANGES,
            "ELEVENLABS_MAX_CONCURRENT_REQUESTS": number % 10 + 1,
            "ELEVENLABS_API_KEY": key_of(number),
        }

    def seen(requests: list[Request]) -> list[int]:
        numbers = []
        for one in requests:
            number = int(one.json["model_id"][1:])
            spoken = one.json["voice_settings"]
            assert spoken["stability"] == spoken["style"] == number / CHANGES
            assert one.headers["xi-api-key"] == key_of(number)
            numbers.append(number)
        return numbers

    def call() -> None:
        service.speak("Hello", voice_id="v")

    vendor.on("/v1/text-to-speech", Answer(body=b"audio", content_type="audio/mpeg"))
    vendor.on("/v1/models", Answer(json=[]))
    settings = stack.enter_context(live(ElevenLabsSettings, **values(0)))
    service = Voice(settings)
    return Busy(settings, values, call, seen, lambda: service.open_clients, service.close)


def embeddings(stack: ExitStack, vendor: LoopbackVendor) -> Busy:
    def values(number: int) -> dict[str, Any]:
        return {"OPENAI_EMBEDDING_MODEL": f"m{number}", "OPENAI_API_KEY": key_of(number)}

    def call() -> None:
        service.query("Hello?")

    vendor.on("/openai", unit_vectors)
    settings = stack.enter_context(live(EmbeddingSettings, **values(0)))
    service = OpenAIEmbeddings(settings, max_retries=0)
    return Busy(settings, values, call, by_model, lambda: service.open_clients, service.close)


def memory(stack: ExitStack, vendor: LoopbackVendor) -> Busy:
    """Two batches a call, whatever their size: the limit is always twice the batch."""
    conversations = count()

    def values(number: int) -> dict[str, Any]:
        size = number % 7 + 1
        return {"MEMORY_BATCH_SIZE": size, "MAX_MESSAGES_FOR_MEMORY": 2 * size}

    def call() -> None:
        name = f"c{next(conversations)}"
        assert service.remember(name, [f"{name} {place}" for place in range(20)]) in range(2, 15, 2)

    def seen(requests: list[Request]) -> list[int]:
        batches = defaultdict(list)
        for one in requests:
            batches[one.json["input"][0].split()[0]].append(len(one.json["input"]))
        assert all(len(sizes) == 2 and len({*sizes}) == 1 for sizes in batches.values())
        return [sizes[0] for sizes in batches.values()]

    vendor.on("/openai", unit_vectors)
    settings = stack.enter_context(live(MemorySettings, **values(0)))
    embedding = stack.enter_context(live(EmbeddingSettings, OPENAI_API_KEY="k"))
    embedder = OpenAIEmbeddings(embedding, max_retries=0)
    service = Memory(settings, embedder)

    def close() -> None:
        service.close()
        embedder.close()

    return Busy(settings, values, call, seen, lambda: embedder.open_clients, close)


def infisical(stack: ExitStack, vendor: LoopbackVendor) -> Busy:
    def values(number: int) -> dict[str, Any]:
        return {
            "INFISICAL_ENABLED": True,
            "INFISICAL_CACHE_TTL": 0,
            "INFISICAL_ENVIRONMENT": f"m{number}",
            "INFISICAL_CLIENT_ID": key_of(number),
            "INFISICAL_CLIENT_SECRET": "s",
        }

    def login(request: Request) -> Answer:
        token = f"token-{request.json['clientId']}"
        return Answer(json={"accessToken": token, **LIFE})

    def secret(request: Request) -> Answer:
        return Answer(json={"secret": {**SECRET, "environment": request.query["environment"]}})

    def seen(requests: list[Request]) -> list[int]:
        numbers = [int(one.query["environment"][1:]) for one in requests]
        for one, number in zip(requests, numbers, strict=True):
            assert one.headers["authorization"] == f"Bearer token-{key_of(number)}"
        return numbers

    def call() -> None:
        assert service.resolve("infisical://p//x#NAME").get_secret_value() == "secret"

    vendor.on("/api/v1/auth", login)
    vendor.on("/api/v3/secrets/raw", secret)
    settings = stack.enter_context(live(InfisicalSettings, **values(0)))
    service = Infisical(settings, site_url=vendor.url, max_retries=0, process={})
    return Busy(settings, values, call, seen, lambda: service.open_clients, service.close)


LIFE = {"expiresIn": 7200, "accessTokenMaxTTL": 7200, "tokenType": "B"}
SECRET = {
    "id": "1",
    "_id": "1",
    "workspace": "w",
    "version": 1,
    "type": "shared",
    "secretKey": "NAME",
    "secretValue": "secret",
    "secretComment": "",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-01T00:00:00Z",
}


def unit_vectors(request: Request) -> Answer:
    data = [{"index": place, "embedding": [1.0]} for place in range(len(request.json["input"]))]
    return Answer(json={"data": data, "model": "m"})


def by_model(requests: list[Request]) -> list[int]:
    numbers = [int(one.json["model"][1:]) for one in requests]
    for one, number in zip(requests, numbers, strict=True):
        assert one.headers["authorization"] == f"Bearer {key_of(number)}"
    return numbers


@pytest.fixture
def busy_threads() -> Iterator[None]:
    """They take turns more often than usual, so that changes fall everywhere into calls."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0002)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("busy_threads")
@pytest.mark.parametrize("service", [llm, elevenlabs, embeddings, memory, infisical])
def test_service__a_thousand_changes_under_sixteen_callers__each_call_is_one_set(
    service: Callable[[ExitStack, LoopbackVendor], Busy],
    vendor: LoopbackVendor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{vendor.url}/openai")
    monkeypatch.setenv("ELEVENLABS_BASE_URL", vendor.url)
    threads = {one.name for one in threading.enumerate()}
    earlier = {id(one): one for one in clients()}  # kept, so that no id is used again
    over = threading.Event()

    def call_until_over(call: Callable[[], None]) -> int:
        calls = 0
        while not over.is_set():
            call()
            calls += 1
        return calls

    with ExitStack() as stack:
        busy = service(stack, vendor)
        with ThreadPoolExecutor(CALLERS) as pool:
            calling = [pool.submit(call_until_over, busy.call) for _ in range(CALLERS)]
            try:
                for number in range(1, CHANGES + 1):
                    change(busy.settings, **busy.values(number))
            finally:
                over.set()
            counts = [one.result() for one in calling]
        assert busy.open_clients() == 1
        busy.close()
        assert busy.open_clients() == 0
    assert min(counts) > 0
    seen = busy.seen([one for one in vendor.requests if not one.path.startswith(ASIDE)])
    assert len(seen) == sum(counts)
    assert len({*seen}) >= min(CHANGES / 50, len({*map(str, map(busy.values, range(CHANGES)))}))
    assert all(one.is_closed() for one in clients() if id(one) not in earlier)
    started = {one.name for one in threading.enumerate()} - threads
    assert not [name for name in started if name.startswith(("elevenlabs", "ThreadPool"))]


ASIDE = ("/v1/models", "/api/v1/auth")
"""What the services ask besides: whether the vendor is well, and for a token."""


def clients() -> list[openai.OpenAI]:
    """Every one that is alive in this process."""
    return [one for one in gc.get_objects() if type(one) is openai.OpenAI]
