"""Speech, seen from ElevenLabs' side of the wire."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, active_count
from typing import Any, get_args

import pytest
from elevenlabs.text_to_speech.types import TextToSpeechConvertRequestOutputFormat

from live_settings import change, live, refused
from loopback_vendor import Answer, LoopbackVendor, Request
from trimtab.integrations.elevenlabs import OUTPUT_FORMATS, ElevenLabsSettings, Voice
from trimtab.integrations.failures import (
    MissingCredential,
    ServiceError,
    ServiceRefused,
    ServiceUnavailable,
    UnreadableAnswer,
)

SPEAK, HEAR, MODELS = "/v1/text-to-speech/", "/v1/speech-to-text", "/v1/models"
AUDIO = b"ID3-the-audio-itself"
SPOKEN = Answer(body=AUDIO, content_type="audio/mpeg")
HEARD = Answer(
    json={"text": "hello", "language_code": "en", "language_probability": 1, "words": []}
)


@dataclass
class Scene:
    voice: Voice
    settings: ElevenLabsSettings
    vendor: LoopbackVendor
    slept: list[float] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [0.0])

    def speak(self) -> Request:
        """What one more text to speech looks like on the wire."""
        assert self.voice.speak("Hello", voice_id="v1").audio == AUDIO
        return self.vendor.last(SPEAK)

    def transcribe(self) -> Request:
        assert self.voice.transcribe(AUDIO) == "hello"
        return self.vendor.last(HEAR)

    def pauses(self, *answers: Answer) -> list[float]:
        """The pauses that one more text to speech makes when these come before the audio."""
        self.vendor.next.extend(answers)
        self.slept.clear()
        self.speak()
        return [*self.slept]


def scene_of(vendor: LoopbackVendor, *, watch: bool, **values: Any) -> Iterator[Scene]:
    vendor.on(SPEAK, SPOKEN)
    vendor.on(HEAR, HEARD)
    vendor.on(MODELS, Answer(json=[]))
    slept: list[float] = []
    now = [0.0]
    keys = {"ELEVENLABS_API_KEY": "elevenlabs-secret-1"}
    with live(ElevenLabsSettings, **{**keys, **values}) as settings:
        voice = Voice(
            settings,
            base_url=vendor.url,
            timeout_seconds=0.5,
            watch=watch,
            sleep=slept.append,
            clock=lambda: now[0],
        )
        yield Scene(voice, settings, vendor, slept, now)
        voice.close()
        assert voice.open_clients == 0


@pytest.fixture
def scene(vendor: LoopbackVendor) -> Iterator[Scene]:
    yield from scene_of(vendor, watch=False)


def test_elevenlabs_default_tts_model__changed__the_next_request_names_it(scene: Scene) -> None:
    assert scene.speak().json["model_id"] == "eleven_multilingual_v2"
    change(scene.settings, ELEVENLABS_DEFAULT_TTS_MODEL="eleven_flash_v2_5")
    assert scene.speak().json["model_id"] == "eleven_flash_v2_5"


def test_elevenlabs_default_stt_model__changed__the_next_request_names_it(scene: Scene) -> None:
    assert b"scribe_v1" in scene.transcribe().body
    change(scene.settings, ELEVENLABS_DEFAULT_STT_MODEL="scribe_v2")
    assert b"scribe_v2" in scene.transcribe().body
    assert AUDIO in scene.vendor.last(HEAR).body


def test_elevenlabs_default_output_format__changed__the_next_request_asks_for_it(
    scene: Scene,
) -> None:
    assert scene.speak().query["output_format"] == "mp3_44100_128"
    change(scene.settings, ELEVENLABS_DEFAULT_OUTPUT_FORMAT="pcm_16000")
    assert scene.speak().query["output_format"] == "pcm_16000"


def test_output_formats__ours__are_those_of_the_sdk_and_nothing_else_is_taken(
    scene: Scene,
) -> None:
    theirs, _anything = get_args(TextToSpeechConvertRequestOutputFormat)
    assert set(OUTPUT_FORMATS) == set(get_args(theirs))
    reason = refused(scene.settings, ELEVENLABS_DEFAULT_OUTPUT_FORMAT="mp3")
    assert "output_format" in reason.lower()
    assert scene.speak().query["output_format"] == "mp3_44100_128"


@pytest.mark.parametrize(
    ("key", "member", "value"),
    [
        pytest.param("ELEVENLABS_VOICE_STABILITY", "stability", 0.25, id="voice_stability"),
        pytest.param(
            "ELEVENLABS_VOICE_SIMILARITY_BOOST", "similarity_boost", 0.1, id="similarity_boost"
        ),
        pytest.param("ELEVENLABS_VOICE_STYLE", "style", 0.9, id="voice_style"),
        pytest.param(
            "ELEVENLABS_VOICE_USE_SPEAKER_BOOST", "use_speaker_boost", False, id="speaker_boost"
        ),
    ],
)
def test_elevenlabs_voice__setting_changed__the_next_request_carries_it(
    key: str, member: str, value: Any, scene: Scene
) -> None:
    before = scene.speak().json["voice_settings"]
    assert before == {
        "stability": 0.5,
        "similarity_boost": 0.75,
        "style": 0.0,
        "use_speaker_boost": True,
    }
    change(scene.settings, **{key: value})
    assert scene.speak().json["voice_settings"] == {**before, member: value}


def test_elevenlabs_max_concurrent_requests__raised_and_lowered_while_calls_run(
    scene: Scene,
) -> None:
    go = [Event() for _ in range(8)]
    place = iter(go)
    scene.vendor.on(
        SPEAK, lambda _: Answer(body=AUDIO, content_type="audio/mpeg", until=next(place))
    )
    change(scene.settings, ELEVENLABS_MAX_CONCURRENT_REQUESTS=2)
    patient = Voice(scene.settings, base_url=scene.vendor.url, watch=False)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(patient.speak, "Hello", voice_id="v1") for _ in range(8)]
        assert len(scene.vendor.wait_for(2, SPEAK)) == 2
        change(scene.settings, ELEVENLABS_MAX_CONCURRENT_REQUESTS=4)
        assert len(scene.vendor.wait_for(4, SPEAK)) == 4
        change(scene.settings, ELEVENLABS_MAX_CONCURRENT_REQUESTS=1)
        for one in go[:3]:  # three of four leave: one is inside, which is all that may be
            one.set()
        wait_until_done(calls, 3)
        assert len(scene.vendor.sent(SPEAK)) == 4
        go[3].set()
        assert len(scene.vendor.wait_for(5, SPEAK)) == 5
        for one in go:
            one.set()
        assert all(call.result().audio == AUDIO for call in calls)
    patient.close()
    assert len(scene.vendor.sent(SPEAK)) == 8


def wait_until_done(calls: list[Any], count: int) -> None:
    done = Event()
    for call in calls:
        call.add_done_callback(lambda _: sum(map(is_done, calls)) >= count and done.set())
    assert done.wait(10)


def is_done(call: Any) -> bool:
    done: bool = call.done()
    return done


def test_elevenlabs_rate_limit_delay_ms__changed__is_the_pause_after_too_much(
    scene: Scene,
) -> None:
    assert scene.pauses(Answer(429, json={}), Answer(429, json={})) == [1.0, 1.0]
    change(scene.settings, ELEVENLABS_RATE_LIMIT_DELAY_MS=100)
    assert scene.pauses(Answer(429, json={})) == [0.1]


def test_elevenlabs_retry_delay_ms__changed__is_the_first_pause_then_doubled(
    scene: Scene,
) -> None:
    down = Answer(500, json={})
    assert scene.pauses(down, down, down) == [2.0, 4.0, 8.0]
    change(scene.settings, ELEVENLABS_RETRY_DELAY_MS=500)
    assert scene.pauses(down, down) == [0.5, 1.0]


@pytest.mark.parametrize("operation", ["speak", "transcribe"])
def test_elevenlabs_max_retries__changed__bounds_the_requests_of_both_directions(
    operation: str, scene: Scene
) -> None:
    def requests() -> int:
        before = len(scene.vendor.requests)
        with pytest.raises(ServiceUnavailable):
            getattr(scene, operation)()
        return len(scene.vendor.requests) - before

    scene.vendor.on("/v1", Answer(500, json={}))
    scene.vendor.routes = {"/": lambda _: Answer(500, json={})}
    assert requests() == 4
    change(scene.settings, ELEVENLABS_MAX_RETRIES=0)
    assert requests() == 1
    change(scene.settings, ELEVENLABS_MAX_RETRIES=5)
    assert requests() == 6


def test_elevenlabs_enable_logging__changed__requests_are_logged_here_and_there_or_not(
    scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    assert scene.speak().query["enable_logging"] == "true"
    assert "text to speech: done (model eleven_multilingual_v2, 5 characters" in said.text
    said.clear()
    change(scene.settings, ELEVENLABS_ENABLE_LOGGING=False)
    assert scene.speak().query["enable_logging"] == "false"
    assert scene.transcribe().query["enable_logging"] == "false"
    assert [one for one in said.records if one.name.startswith("trimtab.integrations")] == []


def test_elevenlabs_log_audio_data__changed__the_audio_is_in_the_log_or_not(
    scene: Scene, said: pytest.LogCaptureFixture
) -> None:
    encoded = base64.b64encode(AUDIO).decode()

    def logged() -> int:
        said.clear()
        scene.speak()
        scene.transcribe()
        assert AUDIO.decode() not in said.text
        return said.text.count(encoded)

    assert logged() == 0
    change(scene.settings, ELEVENLABS_LOG_AUDIO_DATA=True)
    assert logged() == 2
    change(scene.settings, ELEVENLABS_ENABLE_LOGGING=False)
    assert logged() == 0


@pytest.fixture
def watched(vendor: LoopbackVendor) -> Iterator[Scene]:
    yield from scene_of(vendor, watch=True)


def at(scene: Scene, seconds: float) -> int:
    """How many checks there were when the clock has come this far and everybody looked at it."""
    scene.now[0] = seconds
    scene.voice.wake()
    return len(scene.vendor.sent(MODELS))


def test_elevenlabs_health_check_interval_ms__changed__counts_from_the_last_check(
    watched: Scene,
) -> None:
    watched.vendor.wait_for(1, MODELS)
    assert at(watched, 31) == 1
    change(watched.settings, ELEVENLABS_HEALTH_CHECK_INTERVAL_MS=30_000)
    watched.vendor.wait_for(2, MODELS)
    assert at(watched, 60) == 2
    at(watched, 61)
    watched.vendor.wait_for(3, MODELS)


def test_elevenlabs_health_check_enabled__changed__nothing_is_asked_or_it_is_at_once(
    vendor: LoopbackVendor,
) -> None:
    for scene in scene_of(vendor, watch=True, ELEVENLABS_HEALTH_CHECK_ENABLED=False):
        assert at(scene, 1000) == 0
        assert scene.voice.health is None
        vendor.next.append(Answer(503, json={}))
        change(scene.settings, ELEVENLABS_HEALTH_CHECK_ENABLED=True)
        vendor.wait_for(1, MODELS)
        at(scene, 1061)
        vendor.wait_for(2, MODELS)
        change(scene.settings, ELEVENLABS_HEALTH_CHECK_ENABLED=False)
        assert scene.voice.health is None
        assert at(scene, 5000) == 2


@pytest.mark.parametrize(
    ("answer", "failure", "requests"),
    [
        (Answer(429, json={"detail": "elevenlabs-secret-1"}), ServiceUnavailable, 4),
        (Answer(500, body=AUDIO, content_type="audio/mpeg"), ServiceUnavailable, 4),
        (Answer(401, json={"detail": "bad key elevenlabs-secret-1"}), ServiceRefused, 1),
        (Answer(422, json={"detail": []}), ServiceRefused, 1),
        (Answer(json={"not": "audio"}), UnreadableAnswer, 1),
        (Answer(body=b"", content_type="audio/mpeg"), UnreadableAnswer, 1),
        (Answer(body=b"<html>", content_type="text/html"), UnreadableAnswer, 1),
    ],
    ids=["429", "500", "401", "422", "json", "empty", "html"],
)
def test_elevenlabs__answers_badly__bounded_tries_and_a_typed_error_without_key_or_audio(
    answer: Answer,
    failure: type[ServiceError],
    requests: int,
    scene: Scene,
    said: pytest.LogCaptureFixture,
) -> None:
    scene.vendor.on(SPEAK, answer)
    with pytest.raises(failure) as caught:
        scene.voice.speak("Hello", voice_id="v1")
    assert len(scene.vendor.requests) == requests
    shown = f"{caught.value!r} {said.text}"
    assert "secret-1" not in shown
    assert AUDIO.decode() not in shown


@pytest.mark.parametrize(
    "answer", [Answer(json={}), Answer(json=[]), Answer(body=b"{", content_type="text/html")]
)
def test_elevenlabs__no_transcript__is_a_typed_error(answer: Answer, scene: Scene) -> None:
    scene.vendor.on(HEAR, answer)
    with pytest.raises(UnreadableAnswer, match="transcript"):
        scene.voice.transcribe(AUDIO)


def test_elevenlabs__silent__is_given_up_in_time(scene: Scene) -> None:
    over = Event()
    scene.vendor.on(SPEAK, Answer(until=over))
    change(scene.settings, ELEVENLABS_MAX_RETRIES=1)
    hasty = Voice(
        scene.settings,
        base_url=scene.vendor.url,
        timeout_seconds=0.05,
        watch=False,
        sleep=scene.slept.append,
    )
    with pytest.raises(ServiceUnavailable, match="2 attempts: it took too long"):
        hasty.speak("Hello", voice_id="v1")
    over.set()
    hasty.close()


def test_credential__missing__names_the_variable_and_nothing_is_sent(
    vendor: LoopbackVendor,
) -> None:
    for scene in scene_of(vendor, watch=True, ELEVENLABS_API_KEY=None):
        with pytest.raises(MissingCredential, match="ELEVENLABS_API_KEY"):
            scene.voice.speak("Hello", voice_id="v1")
        assert vendor.requests == []
        change(scene.settings, ELEVENLABS_API_KEY="k")
        assert scene.speak().headers["xi-api-key"] == "k"


def test_closed__voice__leaves_no_thread(vendor: LoopbackVendor) -> None:
    before = active_count()
    for scene in scene_of(vendor, watch=True, ELEVENLABS_HEALTH_CHECK_ENABLED=False):
        assert active_count() == before + 1
        assert scene.voice.health is None
    assert active_count() == before
