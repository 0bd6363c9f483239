"""One instance in the making: from a state of the store to validated fields."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from trimtab.store import State

from .names import Names, models_in
from .sources import STORE, STORE_AS_FALLBACK, Layers, StoreSource, with_store

Sources = tuple[PydanticBaseSettingsSource, ...]


@dataclass(slots=True)
class Build:
    """What an instance is made of, and afterwards what came out.

    `layers` None: everything that `state` has for the class; where it is a part of `outer`, that
    one's layers count for the keys it reads. `names` and `source` are filled in while the instance
    is made.
    """

    state: State
    layers: Layers | None = None
    outer: "Build | None" = None
    names: Names = field(default_factory=Names)
    source: StoreSource | None = None

    def sources(
        self, settings: type[BaseSettings], sources: Sources, like: EnvSettingsSource | None
    ) -> Sources:
        """The sources of the class, the store among them, which reads names as `like` does."""
        if any(isinstance(one, StoreSource) for one in sources):
            return sources  # an override that asked super() for them
        self.names = names_of(settings, like)
        if self.layers is None:
            self.layers = self._everything()
        above = StoreSource(settings, like, STORE, self.layers.above)
        self.source = StoreSource(settings, like, STORE_AS_FALLBACK, self.layers.below)
        return with_store(sources, above, self.source)

    def _everything(self) -> Layers:
        keys = [key for key in self.state.values if self.names.field_of(key)]
        found = Layers().advanced(self.state, keys)
        if self.outer is None or self.outer.layers is None:
            return found
        shared = [key for key in keys if self.outer.names.field_of(key)]
        return found.with_old(self.outer.layers, shared)

    def answers(self) -> Mapping[str, Mapping[str, object]]:
        """What every source said, by its name, the strongest first."""
        return self.source.answers() if self.source else {}


_under_way: ContextVar[Build | None] = ContextVar("trimtab_build", default=None)


def under_way() -> Build | None:
    """The build that this code runs in, if any."""
    return _under_way.get()


@contextmanager
def building(build: Build) -> Iterator[None]:
    """Within this block settings classes read the store as `build` says."""
    token = _under_way.set(build)
    try:
        yield
    finally:
        _under_way.reset(token)


def names_of(settings: type[BaseSettings], like: EnvSettingsSource | None) -> Names:
    """The keys of a class; a nested settings class reads its own, which then are its field's."""
    names = StoreSource(settings, like).names()
    exact, prefixes = dict(names.exact), dict(names.prefixes)
    for field_name, info in settings.model_fields.items():
        for nested in models_in(info.annotation):
            if issubclass(nested, BaseSettings) and nested is not settings:
                inner = names_of(nested, None)
                exact |= {key: field_name for key in inner.exact if key not in exact}
                prefixes |= {key: field_name for key in inner.prefixes if key not in prefixes}
    return replace(names, exact=exact, prefixes=prefixes)


def asking_the_store(customise: Callable[..., Sources]) -> Any:
    """A class's own `settings_customise_sources`, which need not know of the store."""

    def customised(
        cls: type[BaseSettings],
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> Sources:
        sources = customise(
            cls,
            settings_cls,
            init_settings=init_settings,
            env_settings=env_settings,
            dotenv_settings=dotenv_settings,
            file_secret_settings=file_secret_settings,
        )
        like = env_settings if isinstance(env_settings, EnvSettingsSource) else None
        build = under_way()
        return sources if build is None else build.sources(settings_cls, sources, like)

    return classmethod(customised)
