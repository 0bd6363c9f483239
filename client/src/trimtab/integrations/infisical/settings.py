"""What decides how a reference becomes a secret."""

from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings


class InfisicalSettings(LiveSettings):
    """The settings of `Infisical`. INFISICAL_CACHE_TTL is in milliseconds."""

    infisical_enabled: bool = False
    infisical_cache_ttl: int = Field(300_000, ge=0, le=3_600_000)
    infisical_fallback_to_env: bool = True
    infisical_environment: str = Field("dev", min_length=1)
    infisical_client_id: SecretStr | None = None
    infisical_client_secret: SecretStr | None = None
