"""From the set in force to the variables of a program that reads nothing else. Pure.

The values are the texts that `trimtab export` writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trimtab.snapshot import Item, Policy
from trimtab.store import Outcome, State, Winner
from trimtab.value_types import as_text

RESERVED = "TRIMTAB_"
"""What variables of ours begin with: by which server and token to go is no server's to say."""


@dataclass(frozen=True, slots=True)
class Variables:
    """A program's environment, and what a person should know about it, without any value.

    `given` are the keys that the store gave, `notes` whole sentences.
    """

    environ: Mapping[str, str] = field(repr=False)
    given: tuple[str, ...]
    notes: tuple[str, ...]


def variables(state: State, process: Mapping[str, str]) -> Variables:
    """The environment of a program started now: `process`, with what the store has to say.

    By each setting's source policy: `store` replaces the process's own, `shadow` gives what the
    process has not, `env` leaves it alone. References are resolved; one that leads nowhere gives
    nothing. What is no name of a variable, or is reserved, is left out.
    """
    environ = dict(process)
    given: list[str] = []
    notes: list[str] = []
    for key, item in sorted(state.snapshot.items.items() if state.snapshot else ()):
        text, note = _choice(key, item, state, process)
        if text is not None:
            environ[key] = text
            given.append(key)
        if note is not None:
            notes.append(note)
    return Variables(environ, tuple(given), tuple(notes))


def _choice(
    key: str, item: Item, state: State, process: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """What the store gives for a key, and what is to be said about it."""
    if item.source_policy is Policy.ENV:
        return None, None
    outcome = state.outcomes.get(key)
    if item.source_policy is Policy.SHADOW and key in process:
        return None, _mismatch(key, outcome)
    if outcome is not None and outcome.store_fault:
        return None, f"{outcome.store_fault[0].upper()}{outcome.store_fault[1:]}."
    if key not in state.values or (outcome is not None and outcome.winner is not Winner.STORE):
        return None, None
    text = as_text(state.values[key])
    if key.startswith(RESERVED):
        return None, f"{key} is left as it is: names with {RESERVED} are Trimtab's own."
    return text, None


def _mismatch(key: str, outcome: Outcome | None) -> str | None:
    if outcome is None or not (outcome.differs or outcome.process_fault):
        return None
    return f"{key}: the environment and the store differ; the environment's is used (shadow)."
