"""What is not installed is named with the line that brings it, and nothing is loaded unasked."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from live_settings import live
from trimtab.integrations.elevenlabs import ElevenLabsSettings, Voice
from trimtab.integrations.embeddings import EmbeddingSettings, OpenAIEmbeddings
from trimtab.integrations.extras import MissingExtra, load
from trimtab.integrations.infisical import Infisical, InfisicalSettings
from trimtab.integrations.langsmith import LangSmithSettings, Tracing
from trimtab.integrations.llm import Llm, LlmSettings, Message, Role

HELLO = [Message(Role.USER, "Hello?")]


def openai_chat() -> None:
    with live(LlmSettings, OPENAI_API_KEY="k") as settings:
        Llm(settings).chat_model().ask(HELLO)


def anthropic_chat() -> None:
    with live(LlmSettings, LLM_PROVIDER="ANTHROPIC", ANTHROPIC_API_KEY="k") as settings:
        Llm(settings).chat_model().ask(HELLO)


def langchain() -> None:
    with live(LlmSettings, OPENAI_API_KEY="k") as settings:
        Llm(settings).langchain_model()


def openai_embeddings() -> None:
    with live(EmbeddingSettings, OPENAI_API_KEY="k") as settings:
        OpenAIEmbeddings(settings).query("a")


def speech() -> None:
    with live(ElevenLabsSettings, ELEVENLABS_API_KEY="k") as settings:
        Voice(settings, watch=False).speak("Hello", voice_id="v")


def tracing() -> None:
    with live(LangSmithSettings) as settings:
        Tracing(settings)


def secrets() -> None:
    keys = {"INFISICAL_CLIENT_ID": "i", "INFISICAL_CLIENT_SECRET": "s"}
    with live(InfisicalSettings, INFISICAL_ENABLED=True, **keys) as settings:
        Infisical(settings).resolve("infisical://p/dev#NAME")


@pytest.mark.parametrize(
    ("package", "module", "use", "remedy"),
    [
        ("openai", "llm.openai_chat", openai_chat, "trimtab[openai]"),
        ("anthropic", "llm.anthropic_chat", anthropic_chat, "trimtab[anthropic]"),
        ("langchain_openai", "llm.langchain_openai_model", langchain, "langchain-openai"),
        ("openai", "embeddings.openai_client", openai_embeddings, "trimtab[openai]"),
        ("elevenlabs", "elevenlabs.requests", speech, "trimtab[elevenlabs]"),
        ("tenacity", "elevenlabs.attempts", speech, "trimtab[elevenlabs]"),
        ("langsmith", "langsmith.client", tracing, "trimtab[langsmith]"),
        ("infisical_sdk", "infisical.vault", secrets, "trimtab[infisical]"),
    ],
)
def test_service__package_is_missing__says_what_to_install(
    package: str, module: str, use: Callable[[], None], remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"trimtab.integrations.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra) as caught:
        use()
    assert f"pip install '{remedy}'" in str(caught.value)


def test_local_embeddings__package_is_missing__says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "trimtab.integrations.embeddings.onnx_model", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"trimtab\[embeddings\]"):
        load(
            "trimtab.integrations.embeddings.onnx_model",
            packages=("onnxruntime",),
            remedy="trimtab[embeddings]",
        )


def test_services__imported__load_no_vendors_package() -> None:
    vendors = "openai anthropic elevenlabs langsmith infisical_sdk onnxruntime httpx requests"
    program = (
        "import sys, trimtab.integrations.llm, trimtab.integrations.embeddings,"
        " trimtab.integrations.memory, trimtab.integrations.elevenlabs,"
        " trimtab.integrations.langsmith, trimtab.integrations.infisical;"
        f" print(sorted(set({vendors.split()!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
