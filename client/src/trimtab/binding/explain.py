"""Why a field has the value it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from trimtab.snapshot import Item, Policy, Reload
from trimtab.store import State

from .live import Live
from .sources import STORE, STORE_AS_FALLBACK
from .status import DEFAULT, DEFAULTS_OF_NESTED, keys_of, mark_in_force, word_for

HIDDEN: Final = "**********"


@dataclass(frozen=True, slots=True)
class FieldCandidate:
    """One place the value could come from. `value` is as it stands there, before the class's own
    validation; a secret is hidden."""

    source: str
    present: bool
    won: bool
    reason: str
    value: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FieldExplanation:
    """A field's candidates, the strongest first. `keys`: what it is called in the store and in the
    environment; `waits`: whether a newer value is used after a restart. `environment`: the one the
    store's set is of; `origin`: whose value it is, an environment or `default`, where the store's
    word wins."""

    field: str
    keys: tuple[str, ...]
    value: Any
    winner: str
    reload: Reload
    waits: bool
    candidates: tuple[FieldCandidate, ...]
    environment: str | None = None
    origin: str | None = None


def explained(live: Live, settings: BaseModel, name: str) -> FieldExplanation:
    """The explanation of the field `name` of `settings`."""
    hides = name in live.secret_fields()
    candidates = tuple(_candidates(live, settings, name, hides=hides))
    winner = next(one.source for one in candidates if one.won)
    snapshot = live.client.store.state.snapshot
    return FieldExplanation(
        field=name,
        keys=keys_of(live, name),
        value=HIDDEN if hides else getattr(settings, name),
        winner=winner,
        reload=mark_in_force(live, name),
        waits=any(live.made.build.names.field_of(key) == name for key in live.made.waiting),
        candidates=candidates,
        environment=snapshot.environment if snapshot else None,
        origin=_origin(live, name) if winner == STORE else None,
    )


def _origin(live: Live, name: str) -> str | None:
    items = _items(live.client.store.state)
    return next((items[key].origin for key in keys_of(live, name) if key in items), None)


def _candidates(
    live: Live, settings: BaseModel, name: str, *, hides: bool
) -> Iterator[FieldCandidate]:
    inputs = live.made.build.names.inputs[name]
    answers = live.made.build.answers()
    is_fallback = any(key in answers.get(STORE_AS_FALLBACK, ()) for key in inputs)
    winner: str | None = None
    for source, said in answers.items():
        if source in (DEFAULTS_OF_NESTED, STORE if is_fallback else STORE_AS_FALLBACK):
            continue  # the store is listed once
        given = next((key for key in inputs if key in said), None)
        word = word_for(source, live, name)
        why = _why(live, name, source, winner, present=given is not None)
        won = given is not None and winner is None
        value = HIDDEN if hides and given else said[given] if given else None
        yield FieldCandidate(word, given is not None, won, why, value)
        winner = word if won else winner
    yield _default(settings, name, winner, hides=hides)


def _default(settings: BaseModel, name: str, winner: str | None, *, hides: bool) -> FieldCandidate:
    info = type(settings).model_fields[name]
    present = not info.is_required()
    won = winner is None
    why = "nothing stronger says anything" if won else f"{winner} is stronger"
    if not present:
        why = "the class has none"
    value = None if not present else HIDDEN if hides else info.get_default()
    return FieldCandidate(DEFAULT, present, won, why, value)


def _why(live: Live, name: str, source: str, winner: str | None, *, present: bool) -> str:
    if present:
        stronger = f"{winner} is stronger" if winner else "nothing stronger says anything"
        return f"{stronger}{_policies(live, name) if source in (STORE, STORE_AS_FALLBACK) else ''}"
    if source != STORE:
        return "says nothing about it"
    return "; ".join(_silence(live, key) for key in keys_of(live, name))


def _policies(live: Live, name: str) -> str:
    items = _items(live.client.store.state)
    said = [items[key].source_policy for key in keys_of(live, name) if key in items]
    return f" (source policy {', '.join(dict.fromkeys(said))})" if said else ""


def _silence(live: Live, key: str) -> str:
    """Why the store's word on a key does not count above the environment."""
    state = live.client.store.state
    item = _items(state).get(key)
    if item is None:
        where = (
            "there is no snapshot" if state.snapshot is None else "the store has no such setting"
        )
        return f"{key}: {where}"
    outcome = live.client.store.outcome(key)
    if outcome is not None and outcome.store_fault:
        return outcome.store_fault
    if item.source_policy is Policy.STORE:
        return f"{key}: the store has no value"
    return f"{key}: source policy {item.source_policy} puts the environment first"


def _items(state: State) -> Mapping[str, Item]:
    return state.snapshot.items if state.snapshot else {}
