"""Anthropic's own SDK."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import anthropic

from trimtab.integrations.sdk_failures import Sdk

from .messages import Message, Role

SDK = Sdk(anthropic, "Anthropic", "ANTHROPIC_API_KEY")


def connect(api_key: str, timeout_seconds: float, max_retries: int) -> "AnthropicChat":
    """A client of its own; it opens no connection yet."""
    return AnthropicChat(
        anthropic.Anthropic(api_key=api_key, timeout=timeout_seconds, max_retries=max_retries)
    )


@dataclass(frozen=True, slots=True)
class AnthropicChat:
    """Messages."""

    client: anthropic.Anthropic

    def ask(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> str:
        """The whole answer."""
        with SDK.failures(self.client.max_retries + 1, "a message"):
            done = self.client.messages.create(
                model=model, max_tokens=max_tokens, **_wire(messages)
            )
            texts = [block.text for block in done.content if block.type == "text"]
            if not texts:
                raise IndexError
            return "".join(texts)

    def stream(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> Iterator[str]:
        """The answer piece by piece."""
        with (
            SDK.failures(self.client.max_retries + 1, "a stream of a message"),
            self.client.messages.stream(
                model=model, max_tokens=max_tokens, **_wire(messages)
            ) as stream,
        ):
            yield from stream.text_stream

    def close(self) -> None:
        """Give its connections back."""
        self.client.close()


def _wire(messages: Sequence[Message]) -> dict[str, Any]:
    """The system's words are a parameter of their own here."""
    system = "\n\n".join(one.text for one in messages if one.role is Role.SYSTEM)
    said = [
        {"role": one.role.value, "content": one.text}
        for one in messages
        if one.role is not Role.SYSTEM
    ]
    return {"messages": said, **({"system": system} if system else {})}
