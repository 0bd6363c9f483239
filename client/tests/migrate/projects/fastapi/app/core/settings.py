"""Settings of the assistant."""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class VoiceMode(StrEnum):
    FAST = "fast"
    CAREFUL = "careful"


class ModelSettings(BaseModel):
    model: str = "small-2"
    temperature: float = Field(0.7, ge=0, le=2)
    max_tokens: int = Field(1024, gt=0, le=8192)


class VoiceSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="VOICE_", env_file=".env", extra="ignore")

    stability: float = Field(0.5, ge=0, le=1)
    similarity: Annotated[float, Field(ge=0, le=1)] = 0.75
    mode: VoiceMode = VoiceMode.FAST
    tags: list[str] = ["calm"]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_nested_delimiter="__", case_sensitive=False, extra="ignore"
    )

    assistant_host: str = "127.0.0.1"
    assistant_port: int = Field(8000, ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_url: PostgresDsn
    cache_url: str = Field(
        "redis://localhost:6379/0", validation_alias=AliasChoices("REDIS_URL", "CACHE_URL")
    )
    llm_api_key: SecretStr
    llm: ModelSettings = ModelSettings()
    voice: VoiceSettings = Field(default_factory=VoiceSettings)
    allowed_origins: Annotated[list[str], NoDecode] = ["http://localhost:5173"]
    upload_dir: Path = Path("uploads")


@lru_cache
def get_settings() -> Settings:
    return Settings()
