"""Where an instance of a settings class stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trimtab.reader import Status
from trimtab.snapshot import Reload

from .live import Live
from .sources import STORE, STORE_AS_FALLBACK

CONSTRUCTOR = "constructor"
OVERRIDE = "override"
DEFAULT = "coded default"

# What pydantic-settings calls its sources, in words.
_WORDS = {
    "InitSettingsSource": CONSTRUCTOR,
    "CliSettingsSource": "command line",
    "EnvSettingsSource": "environment",
    "DotEnvSettingsSource": "env file",
    "SecretsSettingsSource": "secrets folder",
    STORE_AS_FALLBACK: STORE,
}
DEFAULTS_OF_NESTED = "DefaultSettingsSource"  # of nested models, for partial updates


@dataclass(frozen=True, slots=True)
class SettingsStatus:
    """One instance's state; it holds names and reasons, never values.

    `client`: the state of the client it follows. `sources`: field → where its value comes from
    (`constructor`, `override`, `store`, `environment`, `env file`, `coded default`, or the name of
    a source of your own). `reload`: field → its mark, where it is not `live`.
    `waiting_for_restart`: the fields for which the store has a newer value that this process will
    use after a restart. `refused_count`, `refusal`: the sets that this class refused, and why the
    last of them.
    """

    settings: str
    client: Status
    sources: Mapping[str, str]
    reload: Mapping[str, Reload] = field(default_factory=dict)
    waiting_for_restart: tuple[str, ...] = ()
    refused_count: int = 0
    refusal: str | None = None


def status_of(live: Live) -> SettingsStatus:
    """The status of one instance."""
    made, fields = live.made, live.settings.model_fields
    marks = {name: mark_in_force(live, name) for name in fields}
    waiting = {made.build.names.field_of(key) for key in made.waiting}
    return SettingsStatus(
        settings=live.name,
        client=live.client.status(),
        sources={name: source_of(live, name) for name in fields},
        reload={name: mark for name, mark in marks.items() if mark is not Reload.LIVE},
        waiting_for_restart=tuple(name for name in fields if name in waiting),
        refused_count=live.refused_count,
        refusal=live.refusal,
    )


def mark_in_force(live: Live, name: str) -> Reload:
    """The field's own mark, else the strongest of its settings."""
    state = live.client.store.state
    marks = [live.reload_of(name, key, state) for key in keys_of(live, name)]
    return max(marks, key=list(Reload).index)


def keys_of(live: Live, name: str) -> tuple[str, ...]:
    """The field's keys: as the store spells those it has, else as the class does."""
    names, snapshot = live.made.build.names, live.client.store.state.snapshot
    known = [key for key in snapshot.items if names.field_of(key) == name] if snapshot else []
    return tuple(known) or names.spelled[name]


def source_of(live: Live, name: str) -> str:
    """Where the field's value in force comes from."""
    inputs = live.made.build.names.inputs[name]
    for source, said in live.made.build.answers().items():
        if source != DEFAULTS_OF_NESTED and any(key in said for key in inputs):
            return word_for(source, live, name)
    return DEFAULT


def word_for(source: str, live: Live, name: str) -> str:
    """A source of pydantic-settings in our words."""
    overridden = live.made.state.overridden
    if source == STORE and any(key in overridden for key in keys_of(live, name)):
        return OVERRIDE
    return _WORDS.get(source, source)
