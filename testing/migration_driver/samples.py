"""Plans and stores made by hand, for tests that need neither a file nor a server."""

from collections.abc import Mapping, Sequence
from typing import Any

from trimtab.admin import Definition, Entity
from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.migrate.plan import Plan, PlannedKey, Target
from trimtab.migrate.store_state import StoreState
from trimtab.value_types import Value, ValueType

PARENTS = {"base": None, "dev": "base", "staging": "base", "prod": "base", "qa": "staging"}


def moving(
    key: str, store_type: ValueType = ValueType.INTEGER, *, default: Value | None = None,
    rules: Mapping[str, object] | None = None, **values: Value,
) -> PlannedKey:  # fmt: skip
    """A key that goes to the database with these values by environment."""
    return PlannedKey(
        key, KeyClass.DYNAMIC, Target.DATABASE, InferredType.STRING, store_type, "general",
        values=values, default=default, validation_rules=rules or {},
    )  # fmt: skip


def staying(key: str, key_class: KeyClass = KeyClass.SECRET) -> PlannedKey:
    """A key that stays in the environment."""
    return PlannedKey(
        key, key_class, Target.ENVIRONMENT, InferredType.STRING, ValueType.STRING, "credentials"
    )


def plan_of(*keys: PlannedKey, environments: Mapping[str, Sequence[str]] | None = None) -> Plan:
    """A plan of these keys; without `environments` from one `.env`."""
    return Plan("default", ".", "python-dotenv", None, environments or {"base": [".env"]}, (), keys)


def store_of(
    definitions: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]] | None = None,
    policies: Mapping[str, str] | None = None,
    revision: str = "17.5",
) -> StoreState:
    """A store with these definitions, own values by environment and key, and policies by key."""
    made = {
        key: Definition(type=said.get("type", "integer"), category="general", **_rest(said))
        for key, said in definitions.items()
    }
    entities = {
        name: {
            key: _entity(key, name, made[key], values or {}, (policies or {}).get(key, "shadow"))
            for key in made
        }
        for name in PARENTS
    }
    return StoreState(revision, PARENTS, made, entities)


def _rest(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "type"}


def _entity(
    key: str,
    environment: str,
    definition: Definition,
    values: Mapping[str, Mapping[str, Any]],
    policy: str,
) -> Entity:
    place: str | None = environment
    while place is not None and key not in values.get(place, {}):
        place = PARENTS[place]
    value = values[place][key] if place is not None else definition.default
    origin = place or ("default" if definition.default is not None else None)
    return Entity(
        key=key, environment=environment, type=definition.type, value=value, category="general",
        is_secret=definition.is_secret, origin=origin, source_policy=policy,
    )  # fmt: skip
