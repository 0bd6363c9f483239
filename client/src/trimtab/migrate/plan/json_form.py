"""A plan as JSON: the shape that programs read, and that the YAML document has too."""

from collections.abc import Iterator

from .model import FORMAT, Plan, PlannedKey

KIND = "trimtab migration plan"


def to_json(plan: Plan) -> dict[str, object]:
    """The whole plan; a key that stays has no member `values`."""
    return {**heading(plan), "keys": [key_to_json(one) for one in plan.keys]}


def heading(plan: Plan) -> dict[str, object]:
    """Everything but the keys."""
    store = None if plan.store_revision is None else {"revision": plan.store_revision}
    return {
        "kind": KIND,
        "version": FORMAT,
        "application": plan.application,
        "root": plan.root,
        "dialect": plan.dialect,
        "store": store,
        "environments": {name: list(files) for name, files in plan.environments.items()},
        "documentation": list(plan.documentation),
        "unresolved": list(plan.unresolved),
        "unread": list(plan.unread),
    }


def key_to_json(one: PlannedKey) -> dict[str, object]:
    """One key; what is empty and says nothing is there all the same, for programs."""
    return dict(_members(one))


def _members(one: PlannedKey) -> Iterator[tuple[str, object]]:
    yield "key", one.key
    yield "class", one.key_class.value
    yield "target", one.target.value
    yield "type", one.type.value
    yield "storeType", one.store_type.value
    yield "category", one.category
    if one.moves:
        yield "values", dict(one.values)
    yield "default", one.default
    yield "validationRules", dict(one.validation_rules)
    yield "description", one.description
    yield "confidence", one.confidence
    yield "store", None if one.in_store is None else one.in_store.value
    yield "doubts", list(one.doubts)
    yield "evidence", list(one.evidence)
    yield "sources", list(one.sources)
