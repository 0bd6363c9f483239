"""Vectors from OpenAI."""

from collections.abc import Sequence
from typing import Protocol, cast

from trimtab.integrations.extras import load
from trimtab.integrations.failures import required
from trimtab.integrations.leases import Leases

from .settings import EmbeddingSettings
from .vectors import Embedded, Vector


class EmbeddingClient(Protocol):
    """A client of the SDK."""

    def embed(self, model: str, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector for each text, in order."""

    def close(self) -> None:
        """Give its connections back."""


class OpenAIEmbeddings:
    """Vectors by OPENAI_EMBEDDING_MODEL; the next call follows a change. Thread-safe.

    OpenAI makes no difference between what is looked for and what is found, and its vectors have
    length one. Retries and back-off are the SDK's, `max_retries` of them.
    """

    def __init__(
        self, settings: EmbeddingSettings, *, timeout_seconds: float = 30.0, max_retries: int = 2
    ) -> None:
        self._settings = settings
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._clients: Leases[str, EmbeddingClient] = Leases(
            self._client, lambda client: client.close()
        )

    def documents(self, texts: Sequence[str]) -> Embedded:
        """Vectors of texts that are to be found; raises ServiceError."""
        with self._settings.frozen() as s:
            api_key = required(s.openai_api_key, "OpenAI", "OPENAI_API_KEY")
            model = s.openai_embedding_model
        if not texts:
            return Embedded(model, ())
        with self._clients.using(api_key) as client:
            vectors: tuple[Vector, ...] = client.embed(model, texts)
        return Embedded(model, vectors)

    def query(self, text: str) -> Embedded:
        """The vector of what is looked for; raises ServiceError."""
        return self.documents([text])

    @property
    def open_clients(self) -> int:
        """How many clients of the SDK are open."""
        return self._clients.open

    def close(self) -> None:
        """Close the client, when the last call that uses it has ended."""
        self._clients.close()

    def _client(self, api_key: str) -> EmbeddingClient:
        module = load(
            f"{__package__}.openai_client", packages=("openai",), remedy="trimtab[openai]"
        )
        client = module.connect(api_key, self._timeout_seconds, self._max_retries)
        return cast(EmbeddingClient, client)
