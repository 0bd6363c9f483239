"""Why a key has the value it has: every place it could come from, in order, with reasons. Pure.

The texts are the server's (`contract/explain_cases.json`), for the part that both see. Only the
process knows its own environment, so its row is filled in here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from trimtab.snapshot import Item, Policy
from trimtab.value_types import Value

PROCESS: Final = "process-environment"
STORE: Final = "store"
DEFAULT: Final = "default"
CODED_DEFAULT: Final = "coded-default"
OVERRIDE: Final = "override"
HIDDEN: Final = "**********"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place. `present` is None where it cannot be known, or must not be told. What a secret
    comes to is hidden; its reference is shown."""

    source: str
    environment: str | None
    value: Any = field(repr=False)
    present: bool | None
    won: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A key's candidates in the order in which they are asked.

    `winner` is the source of the value in force, `coded-default` where the program's own default
    is. `is_whole`: whether the server told the chain, with every environment on the way to the
    root; else it is what the snapshot shows.
    """

    key: str
    environment: str | None
    source_policy: Policy | None
    winner: str
    candidates: tuple[Candidate, ...]
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class InProcess:
    """What this process knows of a key: whether its variable is set, the value in force and where
    it came from, and why a candidate was refused."""

    is_set: bool
    value: Value | None = field(repr=False)
    winner: str | None
    process_fault: str | None = None
    store_fault: str | None = None
    unchecked: tuple[str, ...] = ()


def explain_item(item: Item, environment: str, here: InProcess) -> Explanation:
    """The chain as the snapshot and this process show it."""
    stored = [_from_store(item, environment)] if item.origin is not None else []
    return _explanation(item, environment, stored, here, is_whole=False)


def explain_whole(
    item: Item, environment: str, rows: Iterable[Mapping[str, Any]], here: InProcess
) -> Explanation:
    """The server's chain (its rows as they came), with this process's row filled in."""
    chain = [
        Candidate(
            str(row["source"]),
            row.get("environment"),
            row.get("value"),
            row.get("present"),
            bool(row.get("won")),
            str(row.get("reason") or ""),
        )
        for row in rows
        if row["source"] != PROCESS
    ]
    return _explanation(item, environment, chain, here, is_whole=True)


def explain_unknown(key: str, environment: str | None, here: InProcess) -> Explanation:
    """The chain of a key that the snapshot does not have."""
    what = "the store has no such setting that this token may read"
    reason = what if environment is not None else "there is no snapshot"
    stored = Candidate(STORE, environment, None, None, won=False, reason=reason)
    process = _row_of_process(key, here, "only a declared key falls back to its variable")
    chain = [*_override(here), stored, process, _coded_default(here)]
    return Explanation(key, environment, None, here.winner or CODED_DEFAULT, tuple(chain))


def process_reason(policy: Policy, key: str) -> str:
    """What a source policy means for the process environment, in the server's words."""
    return {
        Policy.ENV: f"policy `env`: the variable {key} alone decides",
        Policy.SHADOW: (
            f"policy `shadow`: where the variable {key} is set it wins, and the store is "
            "only compared"
        ),
        Policy.STORE: (
            f"policy `store`: the variable {key} is only the fallback when the store "
            "cannot be reached"
        ),
    }[policy]


def _explanation(
    item: Item, environment: str, stored: list[Candidate], here: InProcess, *, is_whole: bool
) -> Explanation:
    process = _row_of_process(item.key, here, process_reason(item.source_policy, item.key))
    if item.is_secret and here.winner == PROCESS:
        process = replace(process, value=HIDDEN)
    chain = [_as_it_turned_out(row, here) for row in stored]
    chain = [*chain, process] if item.source_policy is Policy.STORE else [process, *chain]
    return Explanation(
        item.key,
        environment,
        item.source_policy,
        here.winner or CODED_DEFAULT,
        (*_override(here), *chain, _coded_default(here)),
        is_whole,
    )


def _from_store(item: Item, environment: str) -> Candidate:
    origin = item.origin
    if origin == DEFAULT:
        reason = "no environment on the way to the root has a value"
        return Candidate(DEFAULT, None, item.value, present=True, won=True, reason=reason)
    if origin == environment:
        reason = f"set in {environment} itself"
    else:
        reason = f"inherited: nothing nearer than {origin} has a value"
    return Candidate(STORE, origin, item.value, present=True, won=True, reason=reason)


def _as_it_turned_out(row: Candidate, here: InProcess) -> Candidate:
    """The store's winner may have lost in this process."""
    if not row.won or here.winner == STORE:
        return row
    why = here.store_fault or f"{here.winner or 'nothing'} is used in this process"
    return replace(row, won=False, reason=f"{row.reason}; {why}")


def _row_of_process(key: str, here: InProcess, meaning: str) -> Candidate:
    won = here.winner == PROCESS
    state = here.process_fault or ("it is set" if here.is_set else "it is not set")
    if won and here.unchecked:
        state += f" (not checked here: {', '.join(here.unchecked)})"
    value = here.value if won else None
    return Candidate(PROCESS, None, value, here.is_set, won, f"{meaning}; {state}")


def _override(here: InProcess) -> tuple[Candidate, ...]:
    if here.winner != OVERRIDE:
        return ()
    why = "put on top of everything by a test"
    return (Candidate(OVERRIDE, None, here.value, present=True, won=True, reason=why),)


def _coded_default(here: InProcess) -> Candidate:
    won = here.winner is None
    reason = "nothing before it has a usable value" if won else f"{here.winner} comes first"
    return Candidate(CODED_DEFAULT, None, None, present=None, won=won, reason=reason)
