"""What decides how speech is made and understood."""

from typing import Literal, get_args

from pydantic import Field, SecretStr

from trimtab.binding import LiveSettings

OutputFormat = Literal[
    "alaw_8000", "mp3_22050_32", "mp3_24000_48", "mp3_44100_128", "mp3_44100_192", "mp3_44100_32",
    "mp3_44100_64", "mp3_44100_96", "opus_48000_128", "opus_48000_192", "opus_48000_32",
    "opus_48000_64", "opus_48000_96", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_32000",
    "pcm_44100", "pcm_48000", "pcm_8000", "ulaw_8000", "wav_16000", "wav_22050", "wav_24000",
    "wav_32000", "wav_44100", "wav_48000", "wav_8000",
]  # fmt: skip
OUTPUT_FORMATS: tuple[str, ...] = get_args(OutputFormat)


class ElevenLabsSettings(LiveSettings):
    """The settings of `Voice`; what ends in `_ms` is in milliseconds."""

    elevenlabs_default_tts_model: str = Field("eleven_multilingual_v2", min_length=1)
    elevenlabs_default_stt_model: str = Field("scribe_v1", min_length=1)
    elevenlabs_default_output_format: OutputFormat = "mp3_44100_128"
    elevenlabs_voice_stability: float = Field(0.5, ge=0, le=1)
    elevenlabs_voice_similarity_boost: float = Field(0.75, ge=0, le=1)
    elevenlabs_voice_style: float = Field(0.0, ge=0, le=1)
    elevenlabs_voice_use_speaker_boost: bool = True
    elevenlabs_max_concurrent_requests: int = Field(3, ge=1, le=10)
    elevenlabs_rate_limit_delay_ms: int = Field(1000, ge=100, le=10_000)
    elevenlabs_max_retries: int = Field(3, ge=0, le=5)
    elevenlabs_retry_delay_ms: int = Field(2000, ge=500, le=30_000)
    elevenlabs_enable_logging: bool = True
    elevenlabs_log_audio_data: bool = False
    elevenlabs_health_check_enabled: bool = True
    elevenlabs_health_check_interval_ms: int = Field(60_000, ge=30_000, le=300_000)
    elevenlabs_api_key: SecretStr | None = None
