"""OpenAI's own SDK."""

from collections.abc import Sequence
from dataclasses import dataclass

import openai

from trimtab.integrations.sdk_failures import Sdk

from .vectors import Vector

SDK = Sdk(openai, "OpenAI", "OPENAI_API_KEY")


def connect(api_key: str, timeout_seconds: float, max_retries: int) -> "OpenAIClient":
    """A client of its own; it opens no connection yet."""
    return OpenAIClient(
        openai.OpenAI(api_key=api_key, timeout=timeout_seconds, max_retries=max_retries)
    )


@dataclass(frozen=True, slots=True)
class OpenAIClient:
    """Embeddings."""

    client: openai.OpenAI

    def embed(self, model: str, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector for each text, in order."""
        with SDK.failures(self.client.max_retries + 1, f"{len(texts)} vectors"):
            done = self.client.embeddings.create(
                model=model, input=[*texts], encoding_format="float"
            )
            by_index = {one.index: tuple(map(float, one.embedding)) for one in done.data}
            return tuple(by_index[place] for place in range(len(texts)))

    def close(self) -> None:
        """Give its connections back."""
        self.client.close()
