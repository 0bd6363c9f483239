"""The chat model, seen from the vendors' side of the wire."""

import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from live_settings import change, live, refused
from loopback_vendor import Answer, LoopbackVendor
from trimtab.integrations.failures import (
    MissingCredential,
    ServiceRefused,
    ServiceUnavailable,
    UnreadableAnswer,
)
from trimtab.integrations.llm import Llm, LlmSettings, Message, Role

OPENAI = "/openai/chat/completions"
ANTHROPIC = "/v1/messages"
HELLO = [Message(Role.SYSTEM, "Be short."), Message(Role.USER, "Hello?")]
KEYS = {"OPENAI_API_KEY": "openai-secret-1", "ANTHROPIC_API_KEY": "anthropic-secret-1"}


def completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
    }


def message(text: str) -> dict[str, Any]:
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


@pytest.fixture
def settings(vendor: LoopbackVendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmSettings]:
    vendor.on(OPENAI, Answer(json=completion("I am OpenAI.")))
    vendor.on(ANTHROPIC, Answer(json=message("I am Anthropic.")))
    monkeypatch.setenv("OPENAI_BASE_URL", f"{vendor.url}/openai")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", vendor.url)
    with live(LlmSettings, **KEYS) as settings:
        yield settings


@pytest.fixture
def llm(settings: LlmSettings) -> Iterator[Llm]:
    llm = Llm(settings, timeout_seconds=0.5, max_retries=1)
    yield llm
    llm.close()
    assert llm.open_clients == 0


def test_llm_provider__changed__the_next_call_goes_to_the_other_vendor(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    assert llm.chat_model().ask(HELLO).text == "I am OpenAI."
    change(settings, LLM_PROVIDER="ANTHROPIC")
    assert llm.chat_model().ask(HELLO).text == "I am Anthropic."
    assert [one.path for one in vendor.requests] == [OPENAI, ANTHROPIC]
    assert vendor.requests[1].headers["authorization"] == "Bearer anthropic-secret-1"
    assert vendor.requests[1].json["system"] == "Be short."
    assert llm.open_clients == 1


def test_openai_model__changed__the_next_request_names_it(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    llm.chat_model().ask(HELLO)
    change(settings, OPENAI_MODEL="gpt-4o")
    llm.chat_model().ask(HELLO)
    assert [one.json["model"] for one in vendor.requests] == ["gpt-4", "gpt-4o"]


def test_anthropic_model__changed__the_next_request_names_it(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    change(settings, LLM_PROVIDER="ANTHROPIC")
    llm.chat_model().ask(HELLO)
    change(settings, ANTHROPIC_MODEL="claude-of-tomorrow")
    llm.chat_model().ask(HELLO)
    assert [one.json["model"] for one in vendor.requests] == [
        "claude-3-5-sonnet-20241022",
        "claude-of-tomorrow",
    ]


def test_api_key__changed__the_next_request_shows_it_and_the_old_client_is_closed(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    llm.chat_model().ask(HELLO)
    change(settings, OPENAI_API_KEY="openai-secret-2")
    llm.chat_model().ask(HELLO)
    shown = [one.headers["authorization"] for one in vendor.requests]
    assert shown == ["Bearer openai-secret-1", "Bearer openai-secret-2"]
    assert llm.open_clients == 1


def test_stream__provider_changed_while_it_runs__goes_on_to_its_end(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    changed = Event()
    vendor.on(OPENAI, lambda _: Answer(chunks=sse(changed), content_type="text/event-stream"))
    stream = llm.chat_model().stream(HELLO)
    assert next(stream) == "one "
    change(settings, LLM_PROVIDER="ANTHROPIC", OPENAI_API_KEY="openai-secret-2")
    assert llm.chat_model().ask(HELLO).text == "I am Anthropic."
    assert llm.open_clients == 2
    changed.set()
    assert list(stream) == ["two"]
    assert llm.open_clients == 1


def sse(until: Event) -> Iterator[bytes]:
    def piece(text: str) -> bytes:
        delta = {"choices": [{"index": 0, "delta": {"content": text}}], "object": "chunk"}
        return f"data: {json.dumps({'id': 'c', 'model': 'm', 'created': 1, **delta})}\n\n".encode()

    yield piece("one ")
    until.wait(10)
    yield piece("two") + b"data: [DONE]\n\n"


def test_stream__anthropic__arrives_piece_by_piece(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    change(settings, LLM_PROVIDER="ANTHROPIC")
    events = [
        ("message_start", {"message": message("") | {"content": []}}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "one "}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "two"}}),
        ("content_block_stop", {"index": 0}),
        ("message_delta", {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
        ("message_stop", {}),
    ]
    lines = "".join(
        f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n" for kind, data in events
    )
    vendor.on(ANTHROPIC, Answer(body=lines.encode(), content_type="text/event-stream"))
    assert list(llm.chat_model().stream(HELLO)) == ["one ", "two"]


def test_credential__missing__names_the_variable_and_the_other_provider_works(
    settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    with live(LlmSettings, ANTHROPIC_API_KEY="k") as settings:
        llm = Llm(settings)
        with pytest.raises(MissingCredential, match="OPENAI_API_KEY") as caught:
            llm.chat_model()
        assert caught.value.variable == "OPENAI_API_KEY"
        change(settings, LLM_PROVIDER="ANTHROPIC")
        assert llm.chat_model().ask(HELLO).text == "I am Anthropic."
        llm.close()


@pytest.mark.parametrize("provider", ["OPENAI", "ANTHROPIC"])
@pytest.mark.parametrize(
    ("answer", "failure", "requests"),
    [
        (Answer(429, json={}, headers={"retry-after-ms": "1"}), ServiceUnavailable, 2),
        (Answer(500, json={}, headers={"retry-after-ms": "1"}), ServiceUnavailable, 2),
        (Answer(401, json={"error": {"message": "bad openai-secret-1"}}), ServiceRefused, 1),
        (Answer(json={"nothing": "of use"}), UnreadableAnswer, 1),
        (Answer(body=b"<html>", content_type="text/html"), UnreadableAnswer, 1),
        (Answer(body=b"{", content_type="application/json"), UnreadableAnswer, 1),
    ],
    ids=["429", "500", "401", "wrong-json", "html", "broken-json"],
)
def test_vendor__answers_badly__bounded_tries_and_a_typed_error_without_the_key(
    provider: str,
    answer: Answer,
    failure: type[Exception],
    requests: int,
    llm: Llm,
    settings: LlmSettings,
    vendor: LoopbackVendor,
    said: pytest.LogCaptureFixture,
) -> None:
    change(settings, LLM_PROVIDER=provider)
    vendor.routes.clear()
    vendor.on("/", answer)
    with pytest.raises(failure) as caught:
        llm.chat_model().ask(HELLO)
    assert len(vendor.requests) == requests
    assert "secret-1" not in f"{caught.value!r} {said.text}"
    assert caught.value.__cause__ is None
    assert llm.open_clients == 1


@pytest.mark.parametrize("provider", ["OPENAI", "ANTHROPIC"])
def test_vendor__silent__gives_up_after_the_time_and_the_tries_it_was_given(
    provider: str, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    over = Event()
    vendor.routes.clear()
    vendor.on("/", Answer(json={}, until=over))
    change(settings, LLM_PROVIDER=provider)
    llm = Llm(settings, timeout_seconds=0.05, max_retries=1)
    with pytest.raises(ServiceUnavailable, match="2 attempts: it took too long"):
        llm.chat_model().ask(HELLO)
    over.set()
    llm.close()


def test_vendor__breaks_off_in_a_stream__is_a_typed_error(llm: Llm, vendor: LoopbackVendor) -> None:
    def broken() -> Iterator[bytes]:
        yield next(sse(Event()))
        raise ConnectionResetError

    vendor.on(OPENAI, lambda _: Answer(chunks=broken(), content_type="text/event-stream"))
    stream = llm.chat_model().stream(HELLO)
    assert next(stream) == "one "
    with pytest.raises(ServiceUnavailable):
        next(stream)
    vendor.on(OPENAI, Answer(body=b"data: {\n\n", content_type="text/event-stream"))
    with pytest.raises(UnreadableAnswer):
        list(llm.chat_model().stream(HELLO))


def test_langchain_model__settings_changed__is_one_of_the_other_provider(
    llm: Llm, settings: LlmSettings, vendor: LoopbackVendor
) -> None:
    first = llm.langchain_model()
    change(settings, LLM_PROVIDER="ANTHROPIC")
    second = llm.langchain_model(max_retries=0)
    assert (first.invoke("Hi").content, second.invoke("Hi").content) == (
        "I am OpenAI.",
        "I am Anthropic.",
    )
    assert [one.json["model"] for one in vendor.requests] == [
        "gpt-4",
        "claude-3-5-sonnet-20241022",
    ]


def test_settings__refused_value__the_old_ones_stay(llm: Llm, settings: LlmSettings) -> None:
    assert "llm_provider" in refused(settings, LLM_PROVIDER="LLAMA").lower()
    assert llm.chat_model().ask(HELLO).text == "I am OpenAI."


def test_repr__of_models_and_settings__shows_no_credential(llm: Llm, settings: LlmSettings) -> None:
    assert "secret-1" not in f"{llm.chat_model()!r} {settings!r}"
