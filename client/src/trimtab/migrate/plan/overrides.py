"""`trimtab.toml`: what a project's people know better than every rule."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trimtab.errors import TrimtabError
from trimtab.migrate.evidence import Evidence, InferredType, KeyClass, Witness
from trimtab.value_types import ValueType

from .decide import Decided
from .rules import rule_faults

FILE_NAME = "trimtab.toml"

_MEMBERS = ("class", "type", "category", "rules", "description")
_WEIGHT = 100
_CATEGORIES = {
    KeyClass.SECRET: "credentials",
    KeyClass.INFRASTRUCTURE: "infrastructure",
    KeyClass.BOOTSTRAP: "core",
    KeyClass.FLAG: "feature_flags",
    KeyClass.DYNAMIC: "service_settings",
}
_STORE_TYPES = {
    InferredType.INTEGER: ValueType.INTEGER,
    InferredType.NUMBER: ValueType.NUMBER,
    InferredType.BOOLEAN: ValueType.BOOLEAN,
    InferredType.ENUM: ValueType.ENUM,
    InferredType.JSON: ValueType.JSON,
}


class BadOverrides(TrimtabError):
    """The override file cannot be used; `faults` name every place."""

    code = "bad-overrides"

    def __init__(self, path: Path, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))


@dataclass(frozen=True, slots=True)
class Override:
    """What a person says about a key; None: nothing."""

    key_class: KeyClass | None = None
    type: InferredType | None = None
    category: str | None = None
    rules: Mapping[str, object] | None = None
    description: str | None = None


def read_overrides(root: Path) -> dict[str, Override]:
    """`[migrate.keys.NAME]` of the file in the project's folder; none without a file.

    Raises BadOverrides, with one sentence per fault.
    """
    path = root / FILE_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadOverrides(path, [f"cannot be read ({error})"]) from None
    except tomllib.TOMLDecodeError as error:
        raise BadOverrides(path, [f"is not valid TOML: {error}"]) from None
    keys = document.get("migrate", {})
    keys = keys.get("keys", {}) if isinstance(keys, dict) else keys
    if not isinstance(keys, dict):
        raise BadOverrides(path, ["[migrate.keys.NAME] must be tables, one for each key"])
    faults = [fault for key, table in keys.items() for fault in _faults(key, table)]
    if faults:
        raise BadOverrides(path, faults)
    return {key: _override(table) for key, table in keys.items()}


def overridden(one: Decided, override: Override) -> Decided:
    """The decision as the person wants it, with them as the evidence."""
    decision = one.decision
    key_class = override.key_class or decision.key_class
    said = ", ".join(_said(override))
    evidence = Evidence(Witness.OVERRIDE, f"{FILE_NAME} says {said}", key_class, _WEIGHT)
    is_same_kind = key_class.goes_to_database == decision.key_class.goes_to_database
    category = decision.category if is_same_kind else _CATEGORIES[key_class]
    decision = replace(
        decision,
        key_class=key_class,
        category=override.category or category,
        description=override.description or decision.description,
        confidence=1.0,
        evidence=(evidence, *decision.evidence),
    )
    if override.type is not None:
        store_type = _STORE_TYPES.get(override.type, ValueType.STRING)
        decision = replace(decision, type=override.type, store_type=store_type)
    return replace(one, decision=decision, doubts=() if override.key_class else one.doubts)


def _said(override: Override) -> Iterator[str]:
    for name in ("key_class", "type", "category"):
        value = getattr(override, name)
        if value is not None:
            yield f"{name.removeprefix('key_')} {value}"
    if override.rules is not None:
        yield "which rules hold"
    if override.description is not None:
        yield "what it is for"


def _faults(key: str, table: object) -> Iterator[str]:
    where = f"migrate.keys.{key}"
    if not isinstance(table, dict):
        yield f"{where} must be a table, such as [{where}]"
        return
    for name in table:
        if name not in _MEMBERS:
            yield f"{where}.{name} is unknown: there are {', '.join(_MEMBERS)}"
    for name, kinds in (("class", KeyClass), ("type", InferredType)):
        if name in table and table[name] not in set(kinds):
            yield f"{where}.{name} must be one of {', '.join(kinds)}"
    for name in ("category", "description"):
        if not isinstance(table.get(name, ""), str):
            yield f"{where}.{name} must be text"
    rules = table.get("rules", {})
    if not isinstance(rules, dict):
        yield f"{where}.rules must be a table, such as {{ min = 0 }}"
    elif table.get("type") in set(InferredType):
        store_type = _STORE_TYPES.get(InferredType(table["type"]), ValueType.STRING)
        yield from (f"{where}.rules.{name} {why}" for name, why in rule_faults(store_type, rules))


def _override(table: Mapping[str, object]) -> Override:
    rules = table.get("rules")
    return Override(
        key_class=KeyClass(str(table["class"])) if "class" in table else None,
        type=InferredType(str(table["type"])) if "type" in table else None,
        category=_text(table.get("category")),
        rules=rules if isinstance(rules, dict) else None,
        description=_text(table.get("description")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
