"""A settings class of an application, moved over by changing its base."""

import copy
import gc
import pickle
import threading
import weakref
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

import trimtab
from trimtab.client import Client
from trimtab.errors import FieldNameClash, NoSuchField, NotLive, ReadOnlyField

SECRET = "hunter2-and-more"


class Voice(trimtab.LiveSettings):
    stability: float = Field(0.5, ge=0, le=1, alias="ELEVENLABS_VOICE_STABILITY")
    max_retries: int = Field(3, ge=0, le=5, alias="ELEVENLABS_MAX_RETRIES")


def test_field__value_of_the_store__is_there_and_follows(cfg: Client) -> None:
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.7})
    voice = Voice()
    assert (voice.stability, voice.max_retries) == (0.7, 3)
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.1, "ELEVENLABS_MAX_RETRIES": 5})
    assert (voice.stability, voice.max_retries) == (0.1, 5)
    cfg.memory.set({"ELEVENLABS_MAX_RETRIES": None})
    assert voice.max_retries == 3


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Pool(BaseModel):
    size: int = 1
    hosts: list[str] = []


def wide(base: type[BaseSettings]) -> Any:
    """The same class on either base."""

    class Wide(base):  # type: ignore[misc, valid-type]
        """Every way in which pydantic-settings reads a variable."""

        model_config = SettingsConfigDict(env_prefix="app_", env_nested_delimiter="__")

        name: str = "x"
        level: Level = Level.LOW
        tags: list[str] = Field(default_factory=list)
        words: Annotated[list[str], NoDecode] = Field(default_factory=list)
        pool: Pool = Pool()
        limits: dict[str, int] = Field(default_factory=dict)
        wait: timedelta = timedelta(seconds=1)
        model: str = Field("m", validation_alias=AliasChoices("MODEL", "APP_MODEL"))
        maybe: int | None = None
        either: int | str = 0
        secret: SecretStr = SecretStr("none")

        @field_validator("words", mode="before")
        @classmethod
        def split(cls, value: object) -> object:
            return value.split(",") if isinstance(value, str) else value

    return Wide


Wide = wide(BaseSettings)
LiveWide = wide(trimtab.LiveSettings)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("APP_NAME", "y", "y"),
        ("APP_NAME", "3", "3"),
        ("APP_LEVEL", "high", "high"),
        ("APP_TAGS", ["a", "b"], '["a","b"]'),
        ("APP_WORDS", "a,b", "a,b"),
        ("APP_POOL", {"size": 3, "hosts": ["h"]}, '{"size":3,"hosts":["h"]}'),
        ("APP_POOL__SIZE", 4, "4"),
        ("APP_LIMITS", {"a": 1}, '{"a":1}'),
        ("APP_WAIT", "PT3S", "PT3S"),
        ("APP_MODEL", "gpt", "gpt"),
        ("MODEL", "gpt", "gpt"),
        ("APP_MAYBE", 7, "7"),
        ("APP_EITHER", 7, "7"),
        ("APP_EITHER", "seven", "seven"),
        ("APP_SECRET", "shh", "shh"),
    ],
)
def test_field__value_of_the_store__means_what_the_variable_means(
    cfg: Client, monkeypatch: pytest.MonkeyPatch, key: str, value: Any, text: str
) -> None:
    cfg.memory.set({key: value})
    from_store = LiveWide().model_dump()
    monkeypatch.setenv(key, text)
    assert from_store == Wide().model_dump()


@pytest.mark.parametrize(
    ("policy", "expected"), [("store", "store"), ("shadow", "process"), ("env", "process")]
)
def test_field__both_say_something__source_policy_decides(
    cfg: Client, monkeypatch: pytest.MonkeyPatch, policy: str, expected: str
) -> None:
    monkeypatch.setenv("APP_NAME", "process")
    cfg.memory.set({"APP_NAME": "store"}, sourcePolicy=policy)
    assert LiveWide().name == expected
    assert LiveWide(name="mine").name == "mine"


def test_field__env_file_says_something__counts_as_the_environment(
    cfg: Client, tmp_path: Path
) -> None:
    (tmp_path / "env").write_text("APP_NAME=file\nAPP_MODEL=file\n")
    cfg.memory.set({"APP_NAME": "store"}, sourcePolicy="shadow")
    cfg.memory.set({"APP_MODEL": "store"})
    made = LiveWide(_env_file=tmp_path / "env")
    assert (made.name, made.model) == ("file", "store")


def test_field__only_the_environment_says_something__is_the_fallback(
    cfg: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_NAME", "process")
    assert LiveWide().name == "process"


def test_set__one_value_is_refused__every_class_keeps_all_of_the_old(cfg: Client) -> None:
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.7, "APP_NAME": "y"})
    voice, other = Voice(), LiveWide()
    accepted = cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 7.0, "APP_NAME": "z"})
    assert not accepted
    assert (voice.stability, other.name, cfg["APP_NAME"]) == (0.7, "y", "y")
    status = voice.status()
    assert (status.refused_count, status.client.counters["sets_refused"]) == (1, 1)
    assert status.refusal == (
        "stability (ELEVENLABS_VOICE_STABILITY): "
        "Input should be less than or equal to 1 (less_than_equal)"
    )
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.9, "APP_NAME": "z"})
    assert (voice.stability, other.name) == (0.9, "z")


class Guarded(trimtab.LiveSettings):
    token: SecretStr = SecretStr("long enough")
    low: int = 0
    high: int = 10

    @field_validator("token")
    @classmethod
    def long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 5:
            raise ValueError(f"{value.get_secret_value()} is too short")
        return value

    @model_validator(mode="after")
    def ordered(self) -> "Guarded":
        if self.low > self.high:
            raise ValueError(f"{self.token.get_secret_value()}: {self.low} > {self.high}")
        return self


@pytest.mark.parametrize(
    ("values", "field"), [({"TOKEN": "shh"}, "token"), ({"LOW": 11}, "the set as a whole")]
)
def test_refusal__of_a_secret__shows_the_field_and_no_value(
    cfg: Client, caplog: pytest.LogCaptureFixture, values: dict[str, Any], field: str
) -> None:
    cfg.memory.set({"TOKEN": SECRET})
    guarded = Guarded()
    cfg.memory.set(values)
    refusal = guarded.status().refusal
    assert refusal == f"{field}: refused by a validator (value_error)"
    assert SECRET not in caplog.text
    assert "shh" not in caplog.text.replace("refused by", "")


def test_class__first_set_is_refused__constructor_raises_without_the_value(cfg: Client) -> None:
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 7.25})
    with pytest.raises(ValidationError) as caught:
        Voice()
    assert "ELEVENLABS_VOICE_STABILITY" in str(caught.value)
    assert "7.25" not in str(caught.value)


def test_secret__reference__is_resolved_and_hidden(
    cfg: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELSEWHERE", SECRET)
    cfg.memory.set({"TOKEN": "env://ELSEWHERE"}, type="string", isSecret=True)
    guarded = Guarded()
    assert guarded.token.get_secret_value() == SECRET
    assert SECRET not in repr(guarded) + repr(guarded.explain("token")) + repr(guarded.status())
    assert guarded.explain("token").value == "**********"


def test_on_change__callbacks__get_typed_values_and_are_isolated(cfg: Client) -> None:
    voice, seen = Voice(), []

    def fail(_old: float, _new: float) -> None:
        raise RuntimeError

    voice.on_change("stability", fail)
    end = voice.on_change("stability", lambda old, new: seen.append((old, new)))
    voice.on_change("max_retries", lambda old, new: seen.append((old, new)))
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.25})
    assert seen == [(0.5, 0.25)]
    assert cfg.status().counters["callbacks_failed"] == 1
    end()
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.75})
    assert seen == [(0.5, 0.25)]
    with pytest.raises(NoSuchField, match="Voice has no field 'stabilty'"):
        voice.on_change("stabilty", fail)


def test_on_change__nobody_keeps_the_instance__the_callback_does(cfg: Client) -> None:
    seen: list[float] = []
    end = Voice().on_change("stability", lambda _, new: seen.append(new))
    gc.collect()
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.25})
    assert seen == [0.25]
    end()


def test_instance__dropped__leaves_the_client(cfg: Client) -> None:
    gone = weakref.ref(Voice())
    gc.collect()
    assert gone() is None
    assert cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 7.0})  # nobody is left to refuse it


def test_frozen__change_in_between__shows_one_set(cfg: Client) -> None:
    voice = Voice()
    with voice.frozen() as held:
        cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.25, "ELEVENLABS_MAX_RETRIES": 5})
        assert (held.stability, held.max_retries) == (0.5, 3)
        assert isinstance(held, Voice)
    assert (voice.stability, voice.max_retries) == (0.25, 5)


def test_frozen__many_changes_from_another_thread__never_a_mixture(cfg: Client) -> None:
    def pair(number: int) -> dict[str, Any]:
        return {"ELEVENLABS_VOICE_STABILITY": number / 5, "ELEVENLABS_MAX_RETRIES": number}

    cfg.memory.set(pair(0))
    voice, done = Voice(), threading.Event()

    def write() -> None:
        for number in range(300):
            cfg.memory.set(pair(number % 6))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        with voice.frozen() as held:
            assert held.stability == held.max_retries / 5
        dumped = voice.model_dump()
        assert dumped["stability"] == dumped["max_retries"] / 5
    writer.join()


def test_copies__of_every_kind__are_equal_and_follow_nothing(cfg: Client) -> None:
    voice = Voice()
    copies = [copy.copy(voice), copy.deepcopy(voice), pickle.loads(pickle.dumps(voice))]
    copies += [voice.model_copy(update={})]
    assert all(one == voice for one in copies)
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.25})
    assert [one.stability for one in copies] == [0.5] * 4
    copies[0].stability = 0.3  # a copy is as free as any model
    with pytest.raises(NotLive):
        copies[0].status()


def test_field__assigned_to__says_what_to_do_instead(cfg: Client) -> None:
    voice = Voice()
    with pytest.raises(ReadOnlyField, match=r"Voice.stability follows its setting .*override"):
        voice.stability = 0.1
    with pytest.raises(ReadOnlyField):
        del voice.stability
    assert voice.stability == 0.5


@pytest.mark.filterwarnings("ignore:Field name:UserWarning")
def test_class__field_named_like_a_method__is_refused_when_it_is_made() -> None:
    with pytest.raises(FieldNameClash, match=r"Clash has fields .*: explain, status"):

        class Clash(trimtab.LiveSettings):
            status: str = "ok"  # type: ignore[assignment]
            explain: str = "x"  # type: ignore[assignment]


class Marked(trimtab.LiveSettings):
    pool: Annotated[int, trimtab.reload("restart")] = Field(5, le=20)
    port: int = Field(1, json_schema_extra={"reload": "rebuild"})
    plain: int = 0


def test_restart__new_value__waits_and_is_reported(cfg: Client) -> None:
    cfg.memory.set({"POOL": 6, "PORT": 2, "PLAIN": 1})
    first = Marked()
    told: list[Any] = []
    first.on_change("pool", lambda *it: told.append(it))
    cfg.memory.set({"POOL": 7, "PORT": 3, "PLAIN": 2})
    second = Marked()  # the same process: the same pool
    for marked in (first, second):
        assert (marked.pool, marked.port, marked.plain) == (6, 3, 2)
        assert marked.status().waiting_for_restart == ("pool",)
        assert marked.explain("pool").waits
    assert first.status().reload == {"pool": "restart", "port": "rebuild"}
    assert not told
    assert not cfg.memory.set({"POOL": 21})  # it would keep the program from starting again
    cfg.memory.set({"POOL": 6})
    assert first.status().waiting_for_restart == ()


def test_restart__mark_of_the_setting__counts_where_the_class_has_none(cfg: Client) -> None:
    cfg.memory.set({"PLAIN": 1}, reload="restart")
    marked = Marked()
    cfg.memory.set({"PLAIN": 2}, reload="restart")
    assert marked.plain == 1
    cfg.memory.set({"PLAIN": 3}, reload="live")
    assert marked.plain == 3


def test_sources__class_with_its_own__keeps_them_and_has_the_store(cfg: Client) -> None:
    class Fixed(PydanticBaseSettingsSource):
        def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
            return None, field_name, False

        def __call__(self) -> dict[str, Any]:
            return {"name": "own", "other": "own"}

    class Own(trimtab.LiveSettings):
        name: str = ""
        other: str = ""

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *args: Any, **sources: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            given = super().settings_customise_sources(settings_cls, *args, **sources)
            return (*given, Fixed(settings_cls))

    cfg.memory.set({"NAME": "store"})
    own = Own()
    assert (own.name, own.other) == ("store", "own")
    assert own.status().sources == {"name": "store", "other": "Fixed"}


class Part(trimtab.LiveSettings):
    size: int = Field(1, alias="PART_SIZE")


class Whole(trimtab.LiveSettings):
    part: Part = Field(default_factory=Part)


def test_nested__settings_class_in_a_settings_class__follows_as_a_part(cfg: Client) -> None:
    whole = Whole()
    with whole.frozen() as held:
        cfg.memory.set({"PART_SIZE": 2})
        assert (held.part.size, whole.part.size) == (1, 2)


def test_model__private_state_and_cached_properties__behave(cfg: Client) -> None:
    class Counting(Voice):
        _count: int = PrivateAttr(0)

        @cached_property
        def doubled(self) -> float:
            return 2 * self.stability

    counting = Counting()
    counting._count = 4
    assert counting.doubled == 1.0
    cfg.memory.set({"ELEVENLABS_VOICE_STABILITY": 0.25})
    assert (counting.doubled, counting._count) == (0.5, 4)
    assert counting.model_dump() == {"stability": 0.25, "max_retries": 3}


def test_use__two_clients__each_instance_stays_with_its_own() -> None:
    one, other = (
        trimtab.connect(mode="memory", values={"ELEVENLABS_MAX_RETRIES": number})
        for number in (1, 2)
    )
    with trimtab.use(one):
        first = Voice()
        with trimtab.use(other):
            second = Voice()
        third = Voice()
    assert (first.max_retries, second.max_retries, third.max_retries) == (1, 2, 1)


def test_explain__field__tells_the_chain_and_why(
    cfg: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_NAME", "process")
    cfg.memory.set({"APP_NAME": "store"}, sourcePolicy="shadow")
    told = LiveWide().explain("name")
    assert (told.keys, told.value, told.winner) == (("APP_NAME",), "process", "environment")
    assert [(it.source, it.won, it.reason) for it in told.candidates if it.present] == [
        ("environment", True, "nothing stronger says anything"),
        ("store", False, "environment is stronger (source policy shadow)"),
        ("coded default", False, "environment is stronger"),
    ]
