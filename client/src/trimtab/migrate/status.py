"""How far a migration is: plan, store and code side by side, and what is left for each key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trimtab.migrate.inventory import NamedFiles
from trimtab.migrate.plan import Plan, PlannedKey
from trimtab.migrate.references import Reference
from trimtab.migrate.store_state import StoreState
from trimtab.migrate.verify import Verification

NOT_THERE = "-"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One key: its policy per environment, where it is still read and set, and what is left."""

    key: str
    policies: Mapping[str, str]
    read_at: tuple[str, ...]
    set_at: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Nothing is left: the store has it, and nothing goes around it."""
        return not self.left


@dataclass(frozen=True, slots=True)
class Status:
    """All keys that move; those that stay have nothing to do with it."""

    environments: tuple[str, ...]
    keys: tuple[KeyStatus, ...]

    @property
    def left(self) -> tuple[KeyStatus, ...]:
        """The keys that are not done."""
        return tuple(one for one in self.keys if not one.is_done)


def status_of(
    plan: Plan,
    files: NamedFiles,
    references: Mapping[str, Sequence[Reference]],
    state: StoreState,
    verification: Verification,
) -> Status:
    """Join what the plan wants, what the store says, and what the code does."""
    environments = tuple(state.parents)
    keys = tuple(
        _key(one, environments, files, references.get(one.key, ()), state, verification)
        for one in plan.moving
    )
    return Status(environments, keys)


def _key(
    one: PlannedKey,
    environments: Sequence[str],
    files: NamedFiles,
    references: Sequence[Reference],
    state: StoreState,
    verification: Verification,
) -> KeyStatus:
    policies = {
        name: (entity.source_policy or NOT_THERE) if entity else NOT_THERE
        for name in environments
        for entity in [state.entity(one.key, name)]
    }
    read_at = tuple(dict.fromkeys(f"{each.path}:{each.line}" for each in references))
    places = files.counting.get(one.key, {})
    set_at = tuple(place.where for place in places.values())
    left = tuple(_left(one.key, policies, read_at, set_at, verification))
    return KeyStatus(one.key, policies, read_at, set_at, left)


def _left(
    key: str,
    policies: Mapping[str, str],
    read_at: Sequence[str],
    set_at: Sequence[str],
    verification: Verification,
) -> Iterator[str]:
    if NOT_THERE in policies.values():
        yield "apply the plan"
        return
    differing = dict.fromkeys(one.environment for one in verification.about(key, ()))
    if differing:
        yield f"settle what differs in {', '.join(differing)}"
    waiting = [name for name, policy in policies.items() if policy != "store"]
    if waiting:
        everywhere = len(waiting) == len(policies)
        yield "cut over" if everywhere else f"cut over in {', '.join(waiting)}"
        return
    if read_at:
        yield f"read through Trimtab: {', '.join(read_at)}"
    if set_at:
        yield f"take out of the env file: {', '.join(set_at)}"
