"""What goes to a chat model and what comes back, whoever serves it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Provider(StrEnum):
    """Who answers: the values of LLM_PROVIDER."""

    OPENAI = "OPENAI"
    ANTHROPIC = "ANTHROPIC"


class Role(StrEnum):
    """Who said it."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, and which one it was."""

    text: str
    provider: Provider
    model: str


class Chat(Protocol):
    """One vendor's SDK behind one client of it. Raises ServiceError for whatever goes wrong."""

    def ask(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> str:
        """The whole answer."""

    def stream(self, model: str, messages: Sequence[Message], *, max_tokens: int) -> Iterator[str]:
        """The answer piece by piece."""

    def close(self) -> None:
        """Give its connections back."""
