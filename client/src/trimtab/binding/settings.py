"""Typed settings that follow their store while the program runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from trimtab.current_client import current_client
from trimtab.errors import FieldNameClash, NoSuchField, NotLive, ReadOnlyField

from .build import Build, asking_the_store, building, under_way
from .explain import FieldExplanation, explained
from .live import Live
from .status import SettingsStatus, status_of

_Settings = TypeVar("_Settings", bound=BaseSettings)


class LiveSettings(BaseSettings):
    """A pydantic-settings class whose instances follow the store.

    ```python
    class Voice(trimtab.LiveSettings):
        stability: float = Field(0.5, ge=0, le=1, alias="ELEVENLABS_VOICE_STABILITY")

    voice = Voice()
    voice.stability                  # a plain attribute; changes while the program runs
    ```
    Everything works as in `BaseSettings`: prefixes, aliases, nested models, validators, env files.
    What a field is, the strongest first: the constructor's arguments; the store's value, if the
    setting's source policy is `store`; the environment; the store's value, if it is `shadow`; the
    coded default. With policy `env` the store has no say.

    A new set is validated as a whole first; if any settings class of the client refuses it, every
    one keeps the values it has, and `status()` says why. Fields cannot be assigned to. Copies,
    pickles and what `frozen()` gives keep the values of their moment and follow nothing.

    The client is the one in `trimtab.use(client)`, else `trimtab.connect()` without arguments.
    """

    # No error shows a value: what was refused may be a secret.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    # A slot, not a private attribute: copies, pickles and comparisons then know nothing of it.
    __slots__ = ("_trimtab_live",)

    def __init__(self, /, **values: Any) -> None:
        """Takes what `BaseSettings` takes; raises what pydantic raises."""
        outer = under_way()
        if outer is not None:  # a part of another: it follows as a part of that
            with building(Build(outer.state, outer=outer)):
                super().__init__(**values)
            return
        live = Live(self, current_client(), values)
        object.__setattr__(self, "_trimtab_live", live)
        live.follow()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if clashes := sorted(cls.model_fields.keys() & _METHODS):
            raise FieldNameClash(cls.__name__, clashes)
        own = cls.__dict__.get("settings_customise_sources")
        if own is not None:
            type.__setattr__(cls, "settings_customise_sources", asking_the_store(own.__func__))

    def on_change(self, field: str, callback: Callable[[Any, Any], object]) -> Callable[[], None]:
        """Call `callback(old, new)` when the field has another value; gives what ends that.

        Callbacks run one after the other once everything is swapped, in the thread that swapped
        (in asyncio: on the loop, coroutine functions as tasks). An error in one is logged and
        counted and stops no other.

        Raises:
            BadCallback: a coroutine function, and the client is a synchronous one.
            NoSuchField: the class has none of that name.
        """
        live = _live(self)
        return live.listen(_known(self, field), live.client.callback(callback))

    @contextmanager
    def frozen(self) -> Iterator[Self]:
        """One consistent set, for a request or a job: `with voice.frozen() as v:`."""
        yield _copy(self)

    def status(self) -> SettingsStatus:
        """Where the values come from, what was refused, and what waits for a restart."""
        return status_of(_live(self))

    def explain(self, field: str) -> FieldExplanation:
        """Every place the field's value could come from: which one wins, and why.

        Raises:
            NoSuchField: the class has none of that name.
        """
        return explained(_live(self), self, _known(self, field))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).model_fields and getattr(self, "_trimtab_live", None) is not None:
            raise ReadOnlyField(type(self).__name__, name)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name in type(self).model_fields and getattr(self, "_trimtab_live", None) is not None:
            raise ReadOnlyField(type(self).__name__, name)
        super().__delattr__(name)


def _settings_sources(
    _cls: type[BaseSettings],
    _settings_cls: type[BaseSettings],
    init_settings: PydanticBaseSettingsSource,
    env_settings: PydanticBaseSettingsSource,
    dotenv_settings: PydanticBaseSettingsSource,
    file_secret_settings: PydanticBaseSettingsSource,
) -> tuple[PydanticBaseSettingsSource, ...]:
    return init_settings, env_settings, dotenv_settings, file_secret_settings


LiveSettings.settings_customise_sources = asking_the_store(_settings_sources)  # type: ignore[method-assign]
_METHODS = frozenset(name for name in dir(LiveSettings) if not name.startswith("_"))


def _live(settings: LiveSettings) -> Live:
    live = getattr(settings, "_trimtab_live", None)
    if not isinstance(live, Live):
        raise NotLive
    return live


def _known(settings: LiveSettings, field: str) -> str:
    fields = type(settings).model_fields
    if field not in fields:
        raise NoSuchField(type(settings).__name__, field, sorted(fields))
    return field


def _copy(settings: _Settings) -> _Settings:
    """The fields as they are, apart: `model_copy` would copy private state as well."""
    fields = settings.__dict__  # one reference: one consistent set
    copy = type(settings).__new__(type(settings))
    put = object.__setattr__
    put(copy, "__dict__", fields.copy())
    for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        put(copy, name, getattr(settings, name))
    return copy
