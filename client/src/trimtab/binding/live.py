"""What keeps one instance of a settings class at the set in force."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from trimtab.current_client import AnyClient
from trimtab.snapshot import Reload
from trimtab.store import Change, Prepared, Rejected, State, Store

from .build import Build, building
from .failure import is_secret, reason_of
from .reload_mark import mark_of
from .sources import Layers

Told = Callable[[Any, Any], object]

# What each class began with, for keys that wait for a restart: by process, not by instance, as one
# that is made later must not run with other values than its elders.
_begun: "WeakKeyDictionary[Store, dict[type[BaseSettings], Layers]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Made:
    """An instance as it was made: `full` is what the store says, `build` what is in force, which
    is the same but for the keys `waiting` for a restart."""

    state: State
    full: Layers
    build: Build
    waiting: tuple[str, ...]


class Live:
    """Follows the store for an instance, which it keeps alive only while somebody listens."""

    def __init__(self, instance: BaseSettings, client: AnyClient, given: Mapping[str, Any]) -> None:
        """Makes `instance` of the set in force; `given` are its constructor's arguments.

        Raises what pydantic raises.
        """
        self.client = client
        self.settings = type(instance)
        self.name = self.settings.__name__
        fields = self.settings.model_fields
        self.marks = {
            name: mark_of(info.metadata, info.json_schema_extra) for name, info in fields.items()
        }
        self.secret = frozenset(name for name, info in fields.items() if is_secret(info))
        self.refused_count = 0
        self.refusal: str | None = None
        self._given = dict(given)
        self._instance = weakref.ref(instance)
        self._kept: BaseSettings | None = None
        self._told: tuple[tuple[str, Told], ...] = ()
        self.made = self._make(instance, client.store.state, None)

    def follow(self) -> None:
        """From now on; where the store has moved since, the instance moves at once."""
        instance = self._instance()
        unbind = self.client.store.bind(self)
        if instance is not None:
            weakref.finalize(instance, unbind).atexit = False

    def listen(self, field: str, told: Told) -> Callable[[], None]:
        """Call `told(old, new)` when the field has changed; gives what ends that."""
        one = (field, told)
        self._told = (*self._told, one)
        self._kept = self._instance()

        def end() -> None:
            self._told = tuple(it for it in self._told if it is not one)
            self._kept = self._kept if self._told else None

        return end

    def prepare(self, new: State, changed: Mapping[str, Change]) -> Prepared:
        """The instance's next self, or nothing to do; raises Rejected."""
        instance = self._instance()
        if instance is None or (not changed and new is self.made.state):
            return _Nothing()
        keys = [key for key in changed if self.made.build.names.field_of(key)]
        if changed and not keys:
            return _Nothing()
        full = self.made.full.advanced(new, keys) if changed else None
        candidate = self.settings.__new__(self.settings)
        try:
            return _Next(self, instance, candidate, self._make(candidate, new, full))
        except (ValidationError, SettingsError) as error:
            raise self._refused(self._reason(error)) from None
        except Exception as error:
            self._refused(type(error).__name__)
            raise

    def tell(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Call whoever listens to a field that differs; the failure of one stops no other."""
        failures: list[Exception] = []
        for field, told in self._told:
            try:
                old, new = before.get(field), after.get(field)
                if type(old) is not type(new) or old != new:
                    told(old, new)
            except Exception as error:  # noqa: BLE001  somebody else's code; raised below
                failures.append(error)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ExceptionGroup(f"callbacks of {self.name} failed", failures)

    def _make(self, target: BaseSettings, state: State, full: Layers | None) -> Made:
        """Validate the whole set; with keys that wait for a restart, as it will be after it, too:
        a value that would keep the program from starting again is refused today."""
        build = self._filled(target, Build(state, full))
        full = build.layers or Layers()
        begun = _begun.setdefault(self.client.store, {}).setdefault(self.settings, full)
        waiting = tuple(key for key in _differing(begun, full) if self._waits(key, build))
        if waiting:
            build = self._filled(target, Build(state, full.with_old(begun, waiting)))
        return Made(state, full, build, waiting)

    def _filled(self, target: BaseSettings, build: Build) -> Build:
        with building(build):
            BaseSettings.__init__(target, **self._given)
        return build

    def _waits(self, key: str, build: Build) -> bool:
        if key in build.state.overridden:
            return False
        return self.reload_of(build.names.field_of(key), key, build.state) is Reload.RESTART

    def reload_of(self, field: str | None, key: str, state: State) -> Reload:
        """The mark in force: the field's own, else the setting's."""
        mark = self.marks.get(field or "")
        item = state.snapshot.items.get(key) if state.snapshot else None
        return mark or (item.reload if item else Reload.LIVE)

    def _reason(self, error: ValidationError | SettingsError) -> str:
        if isinstance(error, SettingsError):
            return str(error)  # names field and source, no value
        return reason_of(error, self.settings.model_fields, self.secret_fields())

    def secret_fields(self) -> frozenset[str]:
        """Fields that are declared secret, by the class or by the store."""
        snapshot = self.client.store.state.snapshot
        items = snapshot.items.values() if snapshot else ()
        names = self.made.build.names
        held = {names.field_of(item.key) for item in items if item.is_secret}
        return self.secret | {field for field in held if field}

    def _refused(self, reason: str) -> Rejected:
        self.refused_count += 1
        self.refusal = reason
        return Rejected(reason)


class _Nothing:
    """The instance stays as it is."""

    def swap(self) -> None:
        """Nothing."""

    def notify(self) -> None:
        """Nobody."""


class _Next:
    """The instance's next self."""

    def __init__(
        self, live: Live, instance: BaseSettings, candidate: BaseSettings, made: Made
    ) -> None:
        self._live = live
        self._instance = instance
        self._before = instance.__dict__
        self._candidate = candidate
        self._made = made

    def swap(self) -> None:
        """Put the fields in force: the first line is the swap, one reference."""
        put = object.__setattr__
        put(self._instance, "__dict__", self._candidate.__dict__)
        put(self._instance, "__pydantic_fields_set__", self._candidate.__pydantic_fields_set__)
        put(self._instance, "__pydantic_extra__", self._candidate.__pydantic_extra__)
        self._live.made = self._made

    def notify(self) -> None:
        """Tell whoever listens."""
        self._live.tell(self._before, self._candidate.__dict__)


def _differing(old: Layers, new: Layers) -> Iterable[str]:
    if old is new:
        return ()
    keys = {*old.above, *old.below, *new.above, *new.below}
    return sorted(key for key in keys if old.get(key) != new.get(key))
