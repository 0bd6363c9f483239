"""All six services, built once; from then on they follow their settings by themselves."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trimtab
from trimtab.integrations.elevenlabs import ElevenLabsSettings, Voice
from trimtab.integrations.embeddings import (
    EmbeddingSettings,
    LocalEmbeddings,
    OpenAIEmbeddings,
)
from trimtab.integrations.infisical import Infisical, InfisicalSettings
from trimtab.integrations.langsmith import LangSmithSettings, Tracing
from trimtab.integrations.llm import Llm, LlmSettings
from trimtab.integrations.memory import Memory, MemorySettings

from .settings import AssistantSettings, follow_log_level


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with."""

    cfg: trimtab.Client
    settings: AssistantSettings
    llm: Llm
    memory: Memory
    voice: Voice
    tracing: Tracing


@contextmanager
def services(
    memory_file: Path | str = ":memory:", connect: Callable[..., trimtab.Client] = trimtab.connect
) -> Iterator[Services]:
    """Connect to Trimtab and build everything; at the end all of it is closed."""
    with ExitStack() as stack:
        infisical = stack.enter_context(closing(Infisical()))
        cfg = stack.enter_context(connect(schemes={"infisical": infisical}))
        stack.enter_context(trimtab.use(cfg))
        infisical.follow(InfisicalSettings(), cfg)
        settings = AssistantSettings()
        follow_log_level(settings)
        embedder = stack.enter_context(closing(embeddings()))
        yield Services(
            cfg,
            settings,
            stack.enter_context(closing(Llm(LlmSettings()))),
            stack.enter_context(closing(Memory(MemorySettings(), embedder, memory_file))),
            stack.enter_context(closing(Voice(ElevenLabsSettings()))),
            stack.enter_context(closing(Tracing(LangSmithSettings()))),
        )


def embeddings() -> LocalEmbeddings | OpenAIEmbeddings:
    """A model on this machine where BGE_MODEL_FOLDER says that there is one, else OpenAI's."""
    folder = os.environ.get("BGE_MODEL_FOLDER")
    if folder:
        return LocalEmbeddings(EmbeddingSettings(), folder=Path(folder))
    return OpenAIEmbeddings(EmbeddingSettings())
