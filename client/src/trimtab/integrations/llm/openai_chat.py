"""OpenAI's own SDK."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import openai

from trimtab.integrations.sdk_failures import Sdk

from .messages import Message

SDK = Sdk(openai, "OpenAI", "OPENAI_API_KEY")


def connect(api_key: str, timeout_seconds: float, max_retries: int) -> "OpenAIChat":
    """A client of its own; it opens no connection yet."""
    return OpenAIChat(
        openai.OpenAI(api_key=api_key, timeout=timeout_seconds, max_retries=max_retries)
    )


@dataclass(frozen=True, slots=True)
class OpenAIChat:
    """Chat completions."""

    client: openai.OpenAI

    def ask(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> str:
        """The whole answer."""
        with SDK.failures(self.client.max_retries + 1, "a chat completion"):
            done = self.client.chat.completions.create(
                model=model, messages=_wire(messages), max_completion_tokens=max_tokens
            )
            text = done.choices[0].message.content
            if not isinstance(text, str):
                raise TypeError
            return text

    def stream(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> Iterator[str]:
        """The answer piece by piece."""
        with (
            SDK.failures(self.client.max_retries + 1, "a stream of a chat completion"),
            self.client.chat.completions.create(
                model=model,
                messages=_wire(messages),
                max_completion_tokens=max_tokens,
                stream=True,
            ) as chunks,
        ):
            for chunk in chunks:
                if chunk.choices and chunk.choices[0].delta.content:
                    yield chunk.choices[0].delta.content

    def close(self) -> None:
        """Give its connections back."""
        self.client.close()


def _wire(messages: Sequence[Message]) -> Any:
    return [{"role": one.role.value, "content": one.text} for one in messages]
