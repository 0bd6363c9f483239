"""The store as two sources of pydantic-settings: above the environment, and below it.

A value enters as the text that an env file would hold, and goes through everything that a variable
of the environment goes through: prefixes, aliases, nesting, decoding. So a class means the same
with a value from the store as with that value from the environment.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
)
from pydantic_settings.sources.utils import parse_env_vars

from trimtab.snapshot import Policy
from trimtab.store import State, Winner
from trimtab.value_types import as_text

from .names import Names

STORE = "store"
STORE_AS_FALLBACK = "store (fallback)"
_ENVIRONMENT = (EnvSettingsSource, DotEnvSettingsSource, SecretsSettingsSource)
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Layers:
    """What the store says for one class, as texts by key.

    `above` the environment: overrides, and settings with source policy `store`. `below` it: those
    with policy `shadow`, where the environment wins if it says anything, by whatever spelling, env
    file or folder of secrets the class reads. Policy `env` leaves everything to the environment.
    """

    above: Texts = field(default_factory=dict, repr=False)
    below: Texts = field(default_factory=dict, repr=False)

    def advanced(self, state: State, keys: Collection[str]) -> Self:
        """The layers with these keys as `state` has them."""
        new = type(self)(self.above.copy(), self.below.copy())
        for key in keys:
            new.above.pop(key, None)
            new.below.pop(key, None)
            new.take(key, state)
        return new

    def with_old(self, old: Self, keys: Collection[str]) -> Self:
        """The layers with these keys as `old` has them."""
        new = type(self)(self.above.copy(), self.below.copy())
        for mine, theirs in ((new.above, old.above), (new.below, old.below)):
            for key in keys:
                mine.pop(key, None)
                if key in theirs:
                    mine[key] = theirs[key]
        return new

    def get(self, key: str) -> str | None:
        """The text for a key."""
        return self.above.get(key, self.below.get(key))

    def take(self, key: str, state: State) -> None:
        """Write the store's word on a key where it counts, if it has one."""
        item = state.snapshot.items.get(key) if state.snapshot else None
        if key in state.overridden:
            self.above[key] = as_text(state.values[key])
        elif item is None or key not in state.values or item.source_policy is Policy.ENV:
            return
        elif item.source_policy is Policy.STORE:
            self.above[key] = as_text(state.values[key])
        elif _is_from_store(key, state):
            self.below[key] = as_text(state.values[key])
        elif item.value is not None and not item.is_secret:
            self.below[key] = as_text(item.value)


def _is_from_store(key: str, state: State) -> bool:
    outcome = state.outcomes.get(key)
    return outcome is None or outcome.winner is Winner.STORE


class StoreSource(EnvSettingsSource):
    """Texts of the store for a class, read as `like` reads the environment."""

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        like: EnvSettingsSource | None,
        name: str = STORE,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.__name__ = name  # by which pydantic-settings tells sources of one class apart
        self._texts = texts or {}
        options = (
            ()
            if like is None
            else (
                like.case_sensitive,
                like.env_prefix,
                like.env_prefix_target,
                like.env_nested_delimiter,
                like.env_nested_max_split,
                like.env_ignore_empty,
                like.env_parse_none_str,
                like.env_parse_enums,
            )
        )
        super().__init__(settings_cls, *options)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return parse_env_vars(
            self._texts, self.case_sensitive, self.env_ignore_empty, self.env_parse_none_str
        )

    def names(self) -> Names:
        """By which keys the class reads its fields."""
        exact: dict[str, str] = {}
        prefixes: dict[str, str] = {}
        inputs, spelled = {}, {}
        for owner, info in self.settings_cls.model_fields.items():
            found = self._extract_field_info(info, owner)
            inputs[owner] = tuple(dict.fromkeys([*(one[0] for one in found), owner]))
            spelled[owner] = tuple(_as_written(given, name, owner) for given, name, _ in found)
            for _, name, _ in found:
                exact.setdefault(name, owner)
                if self.env_nested_delimiter:
                    prefixes.setdefault(f"{name}{self.env_nested_delimiter}", owner)
        return Names(exact, prefixes, inputs, spelled, bool(self.case_sensitive))

    def answers(self) -> Mapping[str, Mapping[str, object]]:
        """After a build: what every source said, the strongest first, by the sources' names."""
        return self.settings_sources_data


def with_store(
    sources: tuple[PydanticBaseSettingsSource, ...],
    above: StoreSource,
    below: StoreSource,
) -> tuple[PydanticBaseSettingsSource, ...]:
    """The sources of a class with the store's right above the environment's, and below all."""
    first = next((at for at, it in enumerate(sources) if isinstance(it, _ENVIRONMENT)), None)
    if first is None:
        first = 1 if sources else 0  # after the constructor's arguments
    return (*sources[:first], above, *sources[first:], below)


def _as_written(given: str, name: str, owner: str) -> str:
    """An alias as the class has it; what comes from a field's name in capitals."""
    return given if given != owner and given.lower() == name.lower() else name.upper()
