"""A plan against the store: the edits that make the store say what the plan says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from trimtab.admin import Definition
from trimtab.migrate.plan import BASE, Plan, PlannedKey
from trimtab.migrate.store_state import StoreState, same

Item = dict[str, object]

MOST_EDITS = 1_000
FIRST_POLICY = "shadow"


@dataclass(frozen=True, slots=True)
class Edits:
    """Items for one bulk change, and every reason why it cannot be made as it is."""

    items: list[Item] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def edits_of(plan: Plan, state: StoreState, *, policy: str | None = None) -> Edits:
    """What has to be written. Equal values, typed, are not: applied again, nothing is.

    `policy` is the source policy of every key; without one, new settings get `shadow` and the
    others keep theirs, so that a key that was cut over stays so.
    """
    edits = Edits()
    missing = {
        name: one.key for one in plan.moving for name in one.values if name not in state.parents
    }
    edits.refusals.extend(
        f"The store has no environment {name}, for which the plan has values ({key}): make it with "
        f"`trimtab environments --add {name}`, or take it out of the plan."
        for name, key in missing.items()
    )
    for one in plan.moving:
        definition = state.definitions.get(one.key)
        if definition is not None and definition.is_secret:
            edits.refusals.append(
                f"{one.key} is marked secret in the store and holds a reference there, but the "
                "plan moves its value: correct the plan."
            )
        else:
            edits.items.extend(edits_of_key(one, plan, state, policy))
    if len(edits.items) > MOST_EDITS:
        edits.refusals.append(
            f"The plan would make {len(edits.items):,} edits, and one change holds {MOST_EDITS:,}: "
            "move a part of the keys first."
        )
    return edits


def edits_of_key(
    one: PlannedKey, plan: Plan, state: StoreState, policy: str | None = None
) -> Iterator[Item]:
    """The edits of one key: of the setting and the root's value first, then of the others."""
    definition = state.definitions.get(one.key)
    first = _creation(one, policy) if definition is None else _redefinition(one, definition)
    if definition is not None:
        first |= _policy(one, state, policy)
    root = state.own(one.key, state.root)
    wanted = one.values.get(BASE)
    if wanted is not None and not (root is not None and same(root.value, wanted)):
        first["value"] = wanted
    if first:
        yield {"key": one.key, "environment": state.root, **first}
    for name in state.parents:
        edit = _override(one, plan, state, name)
        if edit is not None:
            yield {"key": one.key, "environment": name, **edit}


def _creation(one: PlannedKey, policy: str | None) -> Item:
    item: Item = {
        "type": one.store_type.value,
        "category": one.category,
        "validationRules": dict(one.validation_rules),
        "default": one.default,
        "description": one.description or None,
        "sourcePolicy": policy or FIRST_POLICY,
    }
    return {name: value for name, value in item.items() if value is not None}


def _redefinition(one: PlannedKey, definition: Definition) -> Item:
    """The members that differ; what the plan leaves empty stays as the store has it."""
    item: Item = {}
    if definition.type != one.store_type.value:
        item["type"] = one.store_type.value
    if definition.category != one.category:
        item["category"] = one.category
    if dict(definition.validation_rules or {}) != dict(one.validation_rules):
        item["validationRules"] = dict(one.validation_rules)
    if one.default is not None and not same(definition.default, one.default):
        item["default"] = one.default
    if one.description and definition.description != one.description:
        item["description"] = one.description
    return item


def _policy(one: PlannedKey, state: StoreState, policy: str | None) -> Item:
    entity = state.entity(one.key, state.root)
    now = entity.source_policy if entity else None
    wanted = policy or (FIRST_POLICY if now == "env" else now)
    return {} if wanted == now else {"sourcePolicy": wanted}


def _override(one: PlannedKey, plan: Plan, state: StoreState, name: str) -> Item | None:
    """The edit that gives an environment what the plan says it has, if it says anything."""
    wanted = _wanted(one, plan, name)
    if name == state.root or wanted is None:
        return None
    own = state.own(one.key, name)
    if own is not None and same(own.value, wanted):
        return None
    inherited = _after(one, plan, state, state.parents[name])
    if same(inherited, wanted):
        return None if own is None else {"op": "delete"}
    return {"op": "set", "value": wanted}


def _wanted(one: PlannedKey, plan: Plan, name: str) -> object:
    """The value that an environment is to have; None: the plan says nothing about it."""
    if name in one.values:
        return one.values[name]
    return one.values.get(BASE) if name in plan.environments or name == BASE else None


def _after(one: PlannedKey, plan: Plan, state: StoreState, name: str | None) -> object:
    """The value that an environment will have once the plan is carried out."""
    if name is None:
        return None
    wanted = _wanted(one, plan, BASE if name == state.root else name)
    if wanted is not None:
        return wanted
    own = state.own(one.key, name)
    return own.value if own is not None else _after(one, plan, state, state.parents[name])
