"""What decides which chat model answers."""

from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings

from .messages import Provider


class LlmSettings(LiveSettings):
    """The settings of `Llm`; each call takes one consistent set of them."""

    llm_provider: Provider = Field(Provider.OPENAI, json_schema_extra={"reload": "rebuild"})
    openai_model: str = Field("gpt-4", min_length=1)
    anthropic_model: str = Field("claude-3-5-sonnet-20241022", min_length=1)
    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
