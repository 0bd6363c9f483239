"""ElevenLabs' own SDK: one request each, no retries of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from elevenlabs import VoiceSettings
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError

from trimtab.integrations.failures import ServiceUnavailable, UnreadableAnswer, refusal

from .settings import ElevenLabsSettings

SERVICE = "ElevenLabs"
VARIABLE = "ELEVENLABS_API_KEY"
ONCE: Any = {"max_retries": 0}


def connect(api_key: str, base_url: str, timeout_seconds: float) -> "ElevenLabsRequests":
    """A client of its own; it opens no connection yet."""
    http = httpx.Client(timeout=timeout_seconds, follow_redirects=False)
    return ElevenLabsRequests(
        ElevenLabs(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout_seconds,  # the SDK's own 240 s would overrule the client's
            httpx_client=http,
        ),
        http,
    )


@dataclass(frozen=True, slots=True)
class ElevenLabsRequests:
    """Each method is one request with one set of settings. They raise ServiceError."""

    client: ElevenLabs
    http: httpx.Client

    def speak(self, text: str, voice_id: str, s: ElevenLabsSettings) -> bytes:
        """The audio, in the output format of the settings."""
        spoken = VoiceSettings(
            stability=s.elevenlabs_voice_stability,
            similarity_boost=s.elevenlabs_voice_similarity_boost,
            style=s.elevenlabs_voice_style,
            use_speaker_boost=s.elevenlabs_voice_use_speaker_boost,
        )
        with (
            _failures("audio"),
            self.client.text_to_speech.with_raw_response.convert(
                voice_id,
                text=text,
                model_id=s.elevenlabs_default_tts_model,
                output_format=s.elevenlabs_default_output_format,
                voice_settings=spoken,
                enable_logging=s.elevenlabs_enable_logging,
                request_options=ONCE,
            ) as answer,
        ):
            audio = b"".join(answer.data)
            kind = answer.headers.get("content-type", "")
            if not audio or not kind.startswith(("audio/", "application/octet-stream")):
                raise TypeError
            return audio

    def transcribe(self, audio: bytes, s: ElevenLabsSettings) -> str:
        """What is said in the audio."""
        with _failures("a transcript"):
            heard: Any = self.client.speech_to_text.convert(
                model_id=s.elevenlabs_default_stt_model,
                file=("audio", audio),
                enable_logging=s.elevenlabs_enable_logging,
                request_options=ONCE,
            )
            if not isinstance(heard.text, str):
                raise TypeError
            return heard.text

    def look(self) -> None:
        """Whether it answers: the list of its models."""
        with _failures("a list of models"):
            self.client.models.list(request_options=ONCE)

    def close(self) -> None:
        """Give its connections back."""
        self.http.close()


@contextmanager
def _failures(expected: str) -> Iterator[None]:
    """Raise ServiceError; the original quotes the answer, so it is left out."""
    try:
        yield
    except ApiError as error:
        status = error.status_code
        if status is None or status < 400:
            raise UnreadableAnswer(SERVICE, expected) from None
        raise refusal(SERVICE, status, VARIABLE, attempts=1) from None
    except httpx.TimeoutException:
        raise ServiceUnavailable(SERVICE, "it took too long", attempts=1) from None
    except httpx.HTTPError:
        raise ServiceUnavailable(SERVICE, "it cannot be reached", attempts=1) from None
    except (AttributeError, LookupError, TypeError, ValueError):
        raise UnreadableAnswer(SERVICE, expected) from None
