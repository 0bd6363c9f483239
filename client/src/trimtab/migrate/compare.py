"""A plan beside the store: which keys the store has already, and whether it holds the same."""

from dataclasses import replace

from trimtab.admin import Admin
from trimtab.migrate.edits import MOST_EDITS, edits_of, edits_of_key
from trimtab.migrate.plan import InStore, Plan, PlannedKey
from trimtab.migrate.store_state import StoreState


def compared(plan: Plan, state: StoreState) -> Plan:
    """The plan with a mark per key, and the revision it was compared at."""
    keys = tuple(_marked(one, plan, state) for one in plan.keys)
    return replace(plan, keys=keys, store_revision=state.revision)


def with_refusals(plan: Plan, state: StoreState, admin: Admin) -> Plan:
    """The plan with a doubt at every key that the server would refuse."""
    items = edits_of(plan, state).items[:MOST_EDITS]
    if not items:
        return plan
    reasons: dict[str, list[str]] = {}
    for error in admin.validate(items).errors:
        if error.key:
            reasons.setdefault(error.key, []).append(f"the store would refuse it: {error.message}")
    return replace(
        plan,
        keys=tuple(
            replace(one, doubts=(*one.doubts, *reasons.get(one.key, ()))) for one in plan.keys
        ),
    )


def _marked(one: PlannedKey, plan: Plan, state: StoreState) -> PlannedKey:
    definition = state.definitions.get(one.key)
    if definition is None:
        return replace(one, in_store=InStore.ABSENT)
    if not one.moves:
        if definition.is_secret:
            return replace(one, in_store=InStore.EQUAL)
        doubt = "the store has it as a setting, though it stays in the environment"
        return replace(one, in_store=InStore.DIFFERENT, doubts=(*one.doubts, doubt))
    is_equal = not definition.is_secret and not any(edits_of_key(one, plan, state))
    return replace(one, in_store=InStore.EQUAL if is_equal else InStore.DIFFERENT)
