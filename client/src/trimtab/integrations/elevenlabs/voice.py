"""Text to speech and speech to text, as the settings say at each call."""

import base64
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from trimtab.integrations.extras import load
from trimtab.integrations.failures import ServiceError, required
from trimtab.integrations.leases import Leases

from .gate import Gate
from .health import Health, HealthCheck
from .settings import ElevenLabsSettings

SERVICE = "ElevenLabs"
BASE_URL = "https://api.elevenlabs.io"

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Audio, and how it was made."""

    audio: bytes
    output_format: str
    model: str


class Requests(Protocol):
    """One client of the SDK; every method is one request and raises ServiceError."""

    def speak(self, text: str, voice_id: str, s: ElevenLabsSettings) -> bytes:
        """Audio."""

    def transcribe(self, audio: bytes, s: ElevenLabsSettings) -> str:
        """Text."""

    def look(self) -> None:
        """Nothing, if it answers."""

    def close(self) -> None:
        """Give its connections back."""


class Voice:
    """Speech by all the ELEVENLABS_ settings; each call takes one consistent set of them.

    At most ELEVENLABS_MAX_CONCURRENT_REQUESTS are under way; the limit may move while calls run.
    What may pass is tried again ELEVENLABS_MAX_RETRIES times: after ELEVENLABS_RETRY_DELAY_MS,
    doubled each time, or after ELEVENLABS_RATE_LIMIT_DELAY_MS when the service said that it is too
    much. The SDK's own retries, which leave out text to speech, are off. `timeout_seconds` bounds
    each wait for a piece of an answer. The address comes from ELEVENLABS_BASE_URL in the
    environment. With `watch`, a thread checks the service's health. Thread-safe.
    """

    def __init__(
        self,
        settings: ElevenLabsSettings,
        *,
        base_url: str | None = None,
        timeout_seconds: float = 60.0,
        watch: bool = True,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._base_url = base_url or os.environ.get("ELEVENLABS_BASE_URL") or BASE_URL
        self._timeout_seconds = timeout_seconds
        self._sleep = sleep
        self._clients: Leases[str, Requests] = Leases(self._client, lambda client: client.close())
        self._gate = Gate(lambda: settings.elevenlabs_max_concurrent_requests)
        self._unsubscribe = settings.on_change(
            "elevenlabs_max_concurrent_requests", lambda _old, _new: self._gate.moved()
        )
        self._health = HealthCheck(settings, self.check, clock=clock) if watch else None

    def speak(self, text: str, *, voice_id: str) -> Spoken:
        """Say a text. Raises ServiceError: MissingCredential, ServiceRefused and so on."""
        with self._settings.frozen() as s:
            audio = self._done(
                "text to speech",
                s,
                lambda client: client.speak(text, voice_id, s),
                f"model {s.elevenlabs_default_tts_model}, {len(text)} characters",
            )
            _log_audio(audio, s)
            return Spoken(audio, s.elevenlabs_default_output_format, s.elevenlabs_default_tts_model)

    def transcribe(self, audio: bytes) -> str:
        """What is said in a recording (any common format); raises as `speak` does."""
        with self._settings.frozen() as s:
            _log_audio(audio, s)
            return self._done(
                "speech to text",
                s,
                lambda client: client.transcribe(audio, s),
                f"model {s.elevenlabs_default_stt_model}, {len(audio)} bytes",
            )

    def check(self) -> None:
        """Ask once whether the service answers; raises ServiceError if not."""
        with self._settings.frozen() as s:
            api_key = self._api_key(s)
        with self._clients.using(api_key) as client:
            client.look()

    @property
    def health(self) -> Health | None:
        """What the last periodic check found; None before the first and while it is off."""
        return self._health.last if self._health else None

    def wake(self) -> None:
        """Let the periodic check look at its clock again."""
        if self._health:
            self._health.wake()

    @property
    def open_clients(self) -> int:
        """How many clients of the SDK are open."""
        return self._clients.open

    def close(self) -> None:
        """End the periodic check; close the client when the last call that uses it has ended."""
        self._unsubscribe()
        if self._health:
            self._health.stop()
        self._clients.close()

    def _done(
        self, what: str, s: ElevenLabsSettings, ask: Callable[[Requests], Result], detail: str
    ) -> Result:
        attempts = load(
            f"{__package__}.attempts", packages=("tenacity",), remedy="trimtab[elevenlabs]"
        )
        api_key = self._api_key(s)

        def once() -> Result:
            with self._gate.entered(), self._clients.using(api_key) as client:
                return ask(client)

        began = time.monotonic()
        outcome = "done"
        try:
            result: Result = attempts.tried(once, s, self._sleep)
        except ServiceError as error:
            outcome = error.code
            raise
        finally:
            if s.elevenlabs_enable_logging:
                seconds = time.monotonic() - began
                _LOG.info("%s: %s (%s; %.2f s)", what, outcome, detail, seconds)
        return result

    def _api_key(self, s: ElevenLabsSettings) -> str:
        return required(s.elevenlabs_api_key, SERVICE, "ELEVENLABS_API_KEY")

    def _client(self, api_key: str) -> Requests:
        module: Any = load(
            f"{__package__}.requests",
            packages=("elevenlabs", "httpx"),
            remedy="trimtab[elevenlabs]",
        )
        return cast(Requests, module.connect(api_key, self._base_url, self._timeout_seconds))


def _log_audio(audio: bytes, s: ElevenLabsSettings) -> None:
    if s.elevenlabs_enable_logging and s.elevenlabs_log_audio_data:
        _LOG.info("audio: %s", base64.b64encode(audio).decode())
