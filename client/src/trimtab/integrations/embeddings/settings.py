"""What decides how a text becomes a vector."""

from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings


class EmbeddingSettings(LiveSettings):
    """The settings of `OpenAIEmbeddings` and `LocalEmbeddings`."""

    openai_embedding_model: str = Field("text-embedding-ada-002", min_length=1)
    bge_model_name: str = Field(
        "BAAI/bge-base-en-v1.5", min_length=1, json_schema_extra={"reload": "rebuild"}
    )
    bge_normalize_embeddings: bool = True
    openai_api_key: SecretStr | None = None
