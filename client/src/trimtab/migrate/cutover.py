"""Moving keys from the environment to the store: source policies, as one change."""

from collections.abc import Sequence
from dataclasses import dataclass

from trimtab.admin import Admin
from trimtab.migrate.apply import CannotApply
from trimtab.migrate.edits import MOST_EDITS, Item
from trimtab.migrate.plan import Plan
from trimtab.migrate.store_state import StoreState
from trimtab.migrate.verify import Difference, Verification


@dataclass(frozen=True, slots=True)
class CutOver:
    """The edits, and the differences that stand against them."""

    items: list[Item]
    against: list[Difference]


def cut_over(
    keys: Sequence[str],
    to: str,
    state: StoreState,
    verification: Verification,
    environments: Sequence[str] = (),
) -> CutOver:
    """The edits that give `keys` the policy `to` in some environments, or else everywhere.

    Everywhere means: in the root, and no environment with a policy of its own. Only a move to
    `store` has differences against it. Raises CannotApply for keys or environments that are not
    there.
    """
    _check(keys, state, environments)
    items: list[Item] = []
    for key in keys:
        for name in environments or state.parents:
            policy = to if environments or name == state.root else None
            items.append({"op": "policy", "key": key, "environment": name, "sourcePolicy": policy})
    if len(items) > MOST_EDITS:
        raise CannotApply(
            [f"That would be {len(items):,} edits, and one change holds {MOST_EDITS:,}."]
        )
    reached = [name for name in state.parents if _reached(name, state, environments)]
    against = (
        [one for key in keys for one in verification.about(key, reached)] if to == "store" else []
    )
    return CutOver(items, against)


def needed(admin: Admin, items: Sequence[Item]) -> list[Item]:
    """Those of many edits that change something, as the server says; raises CannotApply.

    Only it knows which environments have a policy of their own.
    """
    if len(items) <= MOST_EDITS:
        return list(items)
    found: list[Item] = []
    for start in range(0, len(items), MOST_EDITS):
        part = items[start : start + MOST_EDITS]
        would = admin.bulk(part, dry_run=True).items
        changed = {(one.key, one.environment) for one in would}
        found += [item for item in part if (item["key"], item["environment"]) in changed]
    if len(found) > MOST_EDITS:
        reason = f"That would be {len(found):,} edits, and one change holds {MOST_EDITS:,}."
        raise CannotApply([reason])
    return found


def keys_of(plan: Plan, given: Sequence[str], *, every: bool) -> list[str]:
    """The keys that a command names; raises CannotApply for one that the plan does not move."""
    moving = {one.key: one for one in plan.moving}
    if every:
        return list(moving)
    staying = {one.key: one.key_class for one in plan.staying}
    wrong = [
        f"{key} stays in the environment (class {staying[key]}), so it cannot be cut over."
        if key in staying
        else f"The plan has no key {key}."
        for key in given
        if key not in moving
    ]
    if wrong:
        raise CannotApply(wrong)
    return list(dict.fromkeys(given))


def _check(keys: Sequence[str], state: StoreState, environments: Sequence[str]) -> None:
    wrong = [
        f"The store has no setting {key} yet: apply the plan first."
        for key in keys
        if key not in state.definitions
    ]
    wrong += [
        f"The store has no environment {name}; there are {', '.join(state.parents)}."
        for name in environments
        if name not in state.parents
    ]
    if wrong:
        raise CannotApply(wrong)


def _reached(name: str | None, state: StoreState, environments: Sequence[str]) -> bool:
    """Whether a policy set in one of `environments` can count in `name`."""
    if not environments:
        return True
    while name is not None:
        if name in environments:
            return True
        name = state.parents[name]
    return False
