"""The chat model that the settings name at this moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from trimtab.integrations.extras import load
from trimtab.integrations.failures import required
from trimtab.integrations.leases import Leases

from .messages import Answer, Chat, Message, Provider
from .settings import LlmSettings

MAX_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Access:
    """What a client is built from."""

    provider: Provider
    api_key: str = field(repr=False)


class Llm:
    """Chat models by LLM_PROVIDER, OPENAI_MODEL and ANTHROPIC_MODEL.

    `timeout_seconds` bounds the wait for each piece of an answer; `max_retries` is handed to the
    vendors' SDKs, which back off between tries and heed Retry-After. Addresses are the SDKs' own
    business (OPENAI_BASE_URL, ANTHROPIC_BASE_URL in the environment). Thread-safe.
    """

    def __init__(
        self, settings: LlmSettings, *, timeout_seconds: float = 60.0, max_retries: int = 2
    ) -> None:
        self._settings = settings
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._clients: Leases[Access, Chat] = Leases(self._client, lambda client: client.close())

    def chat_model(self) -> "ChatModel":
        """The model the settings name now. It stays that one, whatever changes while it is used.

        Raises MissingCredential, naming the variable.
        """
        access, model = self._now()
        return ChatModel(access.provider, model, access, self._clients)

    def langchain_model(self, **options: Any) -> Any:
        """The same as a chat model of LangChain; `options` go to its constructor.

        What LangChain builds in (`max_retries`) cannot change afterwards, so ask for a model for
        each call. Raises MissingCredential and, without langchain-openai or langchain-anthropic,
        MissingExtra.
        """
        access, model = self._now()
        package = f"langchain_{access.provider.lower()}"
        module = f"{__package__}.{package}_model"
        built = load(module, packages=(package,), remedy=package.replace("_", "-")).chat_model
        return built(
            model,
            access.api_key,
            **{"timeout": self._timeout_seconds, "max_retries": self._max_retries, **options},
        )

    @property
    def open_clients(self) -> int:
        """How many of the vendors' clients are open."""
        return self._clients.open

    def close(self) -> None:
        """Close the client, when the last call that uses it has ended."""
        self._clients.close()

    def _now(self) -> tuple[Access, str]:
        with self._settings.frozen() as s:
            if s.llm_provider is Provider.OPENAI:
                secret, model = s.openai_api_key, s.openai_model
            else:
                secret, model = s.anthropic_api_key, s.anthropic_model
        variable = f"{s.llm_provider}_API_KEY"
        return Access(s.llm_provider, required(secret, s.llm_provider.title(), variable)), model

    def _client(self, access: Access) -> Chat:
        name = access.provider.lower()
        module = load(f"{__package__}.{name}_chat", packages=(name,), remedy=f"trimtab[{name}]")
        client = module.connect(access.api_key, self._timeout_seconds, self._max_retries)
        return cast(Chat, client)


@dataclass(frozen=True, slots=True)
class ChatModel:
    """One model of one provider. The methods raise ServiceError."""

    provider: Provider
    model: str
    _access: Access = field(repr=False)
    _clients: Leases[Access, Chat] = field(repr=False)

    def ask(self, messages: Sequence[Message], *, max_tokens: int = MAX_TOKENS) -> Answer:
        """The model's answer to a conversation."""
        with self._clients.using(self._access) as client:
            text = client.ask(self.model, messages, max_tokens=max_tokens)
        return Answer(text, self.provider, self.model)

    def stream(self, messages: Sequence[Message], *, max_tokens: int = MAX_TOKENS) -> Iterator[str]:
        """The answer piece by piece; no change of a setting cuts it. Close it to stop early."""
        with self._clients.using(self._access) as client:
            yield from client.stream(self.model, messages, max_tokens=max_tokens)
