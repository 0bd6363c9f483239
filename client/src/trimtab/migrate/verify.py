"""What the environment says against what the store serves, typed, for every key that moves."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from trimtab.admin import Entity
from trimtab.migrate.env_value import env_value
from trimtab.migrate.evidence import KeyClass
from trimtab.migrate.inventory import NamedFiles, Occurrence
from trimtab.migrate.plan import BASE, Plan, PlannedKey
from trimtab.migrate.secrets import scan_value
from trimtab.migrate.store_state import StoreState, same
from trimtab.value_types import NotOfType, Value, ValueType, canonical_text

HIDDEN = "(hidden)"


class Kind(StrEnum):
    """What is wrong."""

    DIFFERENT = "different"
    NOT_IN_STORE = "not-in-store"
    NOT_IN_ENVIRONMENT = "not-in-environment"
    NOT_OF_TYPE = "not-of-type"
    UNRESOLVABLE = "unresolvable"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs in one environment, where, how, and what would settle it.

    The values are typed; those of secrets are never here.
    """

    key: str
    environment: str
    kind: Kind
    where: str | None
    sentence: str
    settle: str
    in_environment: Value | None = field(default=None, repr=False)
    in_store: Value | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything compared; `notes` are no differences, but good to know."""

    environments: tuple[str, ...]
    compared: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    def about(self, key: str, environments: Sequence[str]) -> list[Difference]:
        """The differences of one key in some environments."""
        return [
            one
            for one in self.differences
            if one.key == key and (one.environment in environments or not environments)
        ]


def verify(
    plan: Plan,
    files: NamedFiles,
    state: StoreState,
    *,
    plan_name: str = "plan.yaml",
    environ: Mapping[str, str] | None = None,
    environments: Sequence[str] = (),
) -> Verification:
    """Compare every key of the plan in every environment that its files speak for, or in some.

    `environ` is where references of secrets are looked for beside the files: this process's
    environment. What they lead to is looked at here and shown nowhere.
    """
    wanted = environments or (BASE, *plan.environments)
    judge = _Judge(files, state, plan_name, os.environ if environ is None else environ)
    environments = tuple(dict.fromkeys(name for name in wanted if name in state.entities))
    differences: list[Difference] = []
    for one in plan.moving:
        for name in environments:
            differences += judge.key(one, name)
    for one in plan.staying:
        for name in environments:
            differences += judge.reference(one, name)
    return Verification(
        environments,
        len(plan.moving) * len(environments),
        tuple(differences),
        (*judge.notes, *_secrets_note(plan, judge)),
    )


class _Judge:
    def __init__(
        self, files: NamedFiles, state: StoreState, plan_name: str, environ: Mapping[str, str]
    ) -> None:
        self._files = files
        self._state = state
        self._plan_name = plan_name
        self._environ = environ
        self.notes: list[str] = []

    def key(self, one: PlannedKey, environment: str) -> Iterator[Difference]:
        """What differs about a key that moves."""
        place = self._files.of(one.key, environment)
        entity = self._state.entity(one.key, environment)
        if entity is None:
            yield self._difference(
                one, environment, Kind.NOT_IN_STORE, place, "the store has no such setting",
                f"trimtab migrate apply {self._plan_name}",
            )  # fmt: skip
            return
        if entity.is_secret:
            return
        try:
            said = _typed(entity, place)
        except NotOfType as error:
            yield self._difference(
                one, environment, Kind.NOT_OF_TYPE, place,
                f"its text is no {entity.type}: it {error.reason}", f"edit {_at(place)}",
            )  # fmt: skip
            return
        if said is None:
            yield from self._unset(one, environment, place, entity)
        elif not same(said, entity.value):
            yield self._differing(one, environment, place, entity, said)

    def reference(self, one: PlannedKey, environment: str) -> Iterator[Difference]:
        """A secret that the store refers to: whether what it names is there."""
        entity = self._state.entity(one.key, environment)
        if entity is None or not entity.is_secret or not isinstance(entity.value, str):
            return
        scheme, _, name = entity.value.partition("://")
        if scheme != "env":
            self.notes.append(f"{one.key}: {scheme}:// is resolved by the program, not here")
            return
        if not self.has(name, environment):
            yield Difference(
                one.key, environment, Kind.UNRESOLVABLE, None,
                f"the store refers to {entity.value}, and neither an env file nor this process "
                f"sets {name}",
                f"set {name} in the environment",
            )  # fmt: skip

    def has(self, name: str, environment: str) -> bool:
        """Whether a variable has a value, which is looked at and not kept."""
        place = self._files.of(name, environment)
        return bool(place.value if place else self._environ.get(name))

    def _unset(
        self, one: PlannedKey, environment: str, place: Occurrence | None, entity: Entity
    ) -> Iterator[Difference]:
        """The environment gives no value: fine for a default, and for a key that was cut over."""
        is_own = entity.origin not in (None, "default")
        if is_own and entity.source_policy != "store":
            yield self._difference(
                one, environment, Kind.NOT_IN_ENVIRONMENT, place,
                "no env file sets it, and the store has a value",
                f"trimtab migrate cutover {one.key} --to store, if the store is right",
                in_store=_shown(one, entity, entity.value),
            )  # fmt: skip

    def _differing(
        self,
        one: PlannedKey,
        environment: str,
        place: Occurrence | None,
        entity: Entity,
        said: Value,
    ) -> Difference:
        if entity.value is None:
            sentence = "the store has no value for it"
        elif entity.source_policy == "store":
            sentence = "the store counts (policy store), and the environment says otherwise"
        else:
            sentence = f"the environment counts (policy {entity.source_policy}), and differs"
        return self._difference(
            one, environment, Kind.DIFFERENT, place, sentence,
            self._settle(one, environment, entity, place, said),
            in_environment=_shown(one, entity, said), in_store=_shown(one, entity, entity.value),
        )  # fmt: skip

    def _settle(
        self,
        one: PlannedKey,
        environment: str,
        entity: Entity,
        place: Occurrence | None,
        said: Value,
    ) -> str:
        if entity.source_policy == "store":
            return f"take the line out of the env file ({_at(place)})"
        if entity.value is None:
            return f"trimtab migrate apply {self._plan_name}"
        text = said if isinstance(said, str) else canonical_text(said)
        shown = _shown(one, entity, text)
        if shown == HIDDEN:
            return f"move the credential to a variable of its own ({_at(place)})"
        command = f"trimtab set {one.key} {shlex.quote(str(shown))} --environment {environment}"
        return f"{command}, or edit {_at(place)}"

    def _difference(
        self,
        one: PlannedKey,
        environment: str,
        kind: Kind,
        place: Occurrence | None,
        sentence: str,
        settle: str,
        **values: Value | None,
    ) -> Difference:
        where = place.where if place else None
        return Difference(one.key, environment, kind, where, sentence, settle, **values)


def _typed(entity: Entity, place: Occurrence | None) -> Value | None:
    """The environment's text as a value of the setting's type; None: it gives none."""
    converted = env_value(ValueType(entity.type), place.value) if place else None
    return converted.value if converted else None


def _shown(one: PlannedKey, entity: Entity, value: Value | None) -> Value | None:
    """The value for people; a credential that slipped into a line since is not shown."""
    if value is None or scan_value(one.key, entity.type, value) is None:
        return value
    return HIDDEN


def _at(place: Occurrence | None) -> str:
    return place.where if place else "the env file"


def _secrets_note(plan: Plan, judge: _Judge) -> Iterator[str]:
    secrets = [one.key for one in plan.staying if one.key_class is KeyClass.SECRET]
    without = [key for key in secrets if not judge.has(key, BASE)]
    if secrets:
        text = f"Secrets with a value: {len(secrets) - len(without)} of {len(secrets)}"
        yield f"{text}; without one: {', '.join(without)}" if without else text
