"""Whose value of a key is used: the store's or the process environment's. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from trimtab.errors import Unresolved
from trimtab.snapshot import Item, Policy
from trimtab.value_rules import check_rules
from trimtab.value_types import NotOfType, Value, ValueType, parse_text

from .references import Resolver, resolve_reference


class Winner(StrEnum):
    """Where the value in use came from."""

    STORE = "store"
    PROCESS = "process-environment"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one key. The repr shows no value.

    `winner` is None where no candidate may be used: the application's own default is in force.
    `process_fault`, `store_fault` say why that candidate was refused. `differs` says under policy
    `shadow` whether the process environment says something else than the store.
    """

    value: Value | None = field(repr=False)
    winner: Winner | None
    process_fault: str | None = None
    store_fault: str | None = None
    differs: bool = False
    unchecked: tuple[str, ...] = ()
    """Rules that only the store can check: of the winner, where the process supplied it."""

    @property
    def faults(self) -> tuple[str, ...]:
        """Every refusal, as sentences for people; without values."""
        return tuple(fault for fault in (self.process_fault, self.store_fault) if fault)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What this process brings to resolving: its environment, and schemes of references."""

    process: Mapping[str, str] = field(repr=False)
    schemes: Mapping[str, Resolver] = field(repr=False)


def is_plain(item: Item) -> bool:
    """Whether the store's value is used as it is, so that there is nothing to resolve."""
    return item.source_policy is Policy.STORE and not item.is_secret


def resolve(item: Item, around: Surroundings, earlier: Outcome | None = None) -> Outcome:
    """What wins for this item, under its source policy; text that does not parse never wins.

    `earlier` is what an equal item came to before: a reference that led somewhere then, and does
    not at this moment, keeps its secret.
    """
    process, process_fault = _from_process(item, around)
    if item.source_policy is Policy.ENV:
        winner = None if process is None else Winner.PROCESS
        return Outcome(process, winner, process_fault, unchecked=_unchecked(item, process))
    stored, store_fault = _from_store(item, around)
    if stored is None and store_fault and earlier and earlier.winner is Winner.STORE:
        stored = earlier.value
    if process is None:
        winner = None if stored is None else Winner.STORE
        unchecked = _unchecked(item, stored) if item.is_secret else ()
        return Outcome(stored, winner, process_fault, store_fault, unchecked=unchecked)
    return Outcome(
        process,
        Winner.PROCESS,
        None,
        store_fault,
        differs=_differ(process, stored),
        unchecked=_unchecked(item, process),
    )


def from_process(key: str, value_type: ValueType, process: Mapping[str, str]) -> Outcome:
    """What the process environment says for a key that no store is asked for."""
    value, fault = _parsed(key, value_type, process)
    return Outcome(value, None if value is None else Winner.PROCESS, fault)


def _from_process(item: Item, around: Surroundings) -> tuple[Value | None, str | None]:
    if item.source_policy is Policy.STORE:
        return None, None
    value, fault = _parsed(item.key, item.type, around.process)
    if value is not None and (broken := check_rules(value, item.rules)[0]):
        return None, f"the variable {item.key} {'; '.join(broken)}; it is not used"
    return value, fault


def _unchecked(item: Item, value: Value | None) -> tuple[str, ...]:
    return () if value is None else tuple(check_rules(value, item.rules)[1])


def _parsed(
    key: str, value_type: ValueType, process: Mapping[str, str]
) -> tuple[Value | None, str | None]:
    text = process.get(key)
    if text is None:
        return None, None
    try:
        return parse_text(value_type, text), None
    except NotOfType as error:
        return None, f"the variable {key} {error.reason} (type {value_type}); it is not used"


_REFUSED: Final = "it is not used"


def _from_store(item: Item, around: Surroundings) -> tuple[Value | None, str | None]:
    if not item.is_secret or item.value is None:
        return item.value, None
    try:
        secret = resolve_reference(str(item.value), around.process, around.schemes)
        value = parse_text(item.type, secret)
    except Unresolved as error:
        return None, f"the reference of {item.key} cannot be resolved: {error.reason}"
    except NotOfType as error:
        return None, f"what the reference of {item.key} leads to {error.reason}; {_REFUSED}"
    if broken := check_rules(value, item.rules)[0]:
        return None, f"what the reference of {item.key} leads to {'; '.join(broken)}; {_REFUSED}"
    return value, None


def _differ(one: Value, other: Value | None) -> bool:
    # True == 1 in Python, not in configuration.
    return type(one) is not type(other) or one != other
