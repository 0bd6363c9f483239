"""One key of a plan that somebody may have edited, and everything that is wrong with it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from yaml.nodes import Node, ScalarNode

from trimtab.migrate.comment_lines import is_key
from trimtab.migrate.evidence import InferredType, KeyClass
from trimtab.migrate.inventory.roles import is_environment_name
from trimtab.value_types import NotOfType, Value, ValueType, check_type, parse_text

from .faults import Faults
from .model import InStore, PlannedKey, Target
from .nodes import is_null, is_quoted, line_of, members, plain, text, texts
from .rules import broken_rules, rule_faults

Choice = TypeVar("Choice", bound=StrEnum)

_MEMBERS = (
    "key", "class", "target", "type", "storeType", "category", "values", "default",
    "validationRules", "description", "confidence", "store", "doubts", "evidence", "sources",
)  # fmt: skip
_TEXTS = frozenset({ValueType.STRING, ValueType.ENUM})
_LONGEST_DESCRIPTION = 2_000


def read_key(node: Node, faults: Faults) -> PlannedKey | None:
    """The key, or None where not even its name and class can be read."""
    parts = members(node, faults, "A key", known=_MEMBERS)
    key = text(parts.get("key"), faults, "`key`")
    if not is_key(key):
        faults.add(line_of(parts.get("key") or node), "A key here has no usable name")
        return None
    reader = _Reader(key, node, parts, faults)
    key_class = reader.choice("class", KeyClass)
    target = reader.choice("target", Target)
    store_type = reader.choice("storeType", ValueType)
    kind = reader.choice("type", InferredType)
    if key_class is None or target is None or store_type is None or kind is None:
        return None
    reader.check_target(key_class, target)
    rules = reader.rules(store_type)
    return PlannedKey(
        key=key,
        key_class=key_class,
        target=target,
        type=kind,
        store_type=store_type,
        category=reader.category(),
        values=reader.values(store_type, rules, target),
        default=reader.default(store_type, rules, target),
        validation_rules=rules,
        description=reader.description(),
        confidence=reader.confidence(),
        doubts=texts(parts.get("doubts"), faults, f"{key}: `doubts`"),
        evidence=texts(parts.get("evidence"), faults, f"{key}: `evidence`"),
        sources=texts(parts.get("sources"), faults, f"{key}: `sources`"),
        in_store=reader.in_store(),
        line=line_of(node),
    )


class _Reader:
    def __init__(self, key: str, node: Node, parts: Mapping[str, Node], faults: Faults) -> None:
        self._key = key
        self._node = node
        self._parts = parts
        self._faults = faults

    def choice(self, member: str, choices: type[Choice]) -> Choice | None:
        node = self._parts.get(member)
        said = text(node, self._faults, f"{self._key}: `{member}`")
        try:
            return choices(said)
        except ValueError:
            known = ", ".join(choices)
            self._fault(member, f"`{member}` must be one of {known}")
            return None

    def check_target(self, key_class: KeyClass, target: Target) -> None:
        if target is Target.DATABASE and not key_class.goes_to_database:
            self._fault(
                "target",
                f"class {key_class} stays in the environment: to move the key, say class dynamic "
                "or flag, and write its values",
            )
        if target is Target.ENVIRONMENT and key_class.goes_to_database:
            self._fault(
                "target",
                f"class {key_class} goes to the database: to keep the key in the environment, say "
                "class infrastructure, bootstrap or secret",
            )

    def category(self) -> str:
        name = text(self._parts.get("category"), self._faults, f"{self._key}: `category`")
        if not is_environment_name(name) or "-" in name:
            self._fault("category", "`category` must be a name of lower-case letters, digits and _")
        return name

    def description(self) -> str:
        said = text(self._parts.get("description"), self._faults, f"{self._key}: `description`")
        if len(said) > _LONGEST_DESCRIPTION:
            self._fault("description", f"has {_LONGEST_DESCRIPTION} characters at most")
        return said

    def confidence(self) -> float:
        node = self._parts.get("confidence")
        if node is None:
            return 1.0
        said = plain(node, self._faults, f"{self._key}: `confidence`")
        if isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= 1:
            return float(said)
        self._fault("confidence", "`confidence` must be a number from 0 to 1")
        return 1.0

    def in_store(self) -> InStore | None:
        node = self._parts.get("store")
        return None if node is None or is_null(node) else self.choice("store", InStore)

    def rules(self, store_type: ValueType) -> dict[str, object]:
        node = self._parts.get("validationRules")
        if node is None or is_null(node):
            return self._judged(store_type, {}, {})
        parts = members(node, self._faults, f"{self._key}: `validationRules`")
        rules = {name: self._rule(store_type, name, part) for name, part in parts.items()}
        return self._judged(store_type, rules, parts)

    def _rule(self, store_type: ValueType, name: str, node: Node) -> object:
        if name == "enum" and store_type in _TEXTS and not isinstance(node, ScalarNode):
            return list(texts(node, self._faults, f"{self._key}: `enum`"))
        return plain(node, self._faults, f"{self._key}: the rule {name}")

    def _judged(
        self, store_type: ValueType, rules: dict[str, object], parts: Mapping[str, Node]
    ) -> dict[str, object]:
        if self._parts.get("target") is not None and self._stays():
            return rules
        for name, why in rule_faults(store_type, rules):
            line = line_of(parts.get(name) or self._node)
            self._faults.add(line, f"{self._key}: the rule {name} {why}")
            rules = {known: rule for known, rule in rules.items() if known != name}
        return rules

    def _stays(self) -> bool:
        return text(self._parts["target"], Faults(), "") == Target.ENVIRONMENT

    def values(
        self, store_type: ValueType, rules: Mapping[str, object], target: Target
    ) -> dict[str, Value]:
        node = self._parts.get("values")
        if node is None or is_null(node):
            return {}
        parts = members(node, self._faults, f"{self._key}: `values`")
        if target is Target.ENVIRONMENT:
            if parts:
                self._fault("values", "it stays in the environment, so it has no values here")
            return {}
        for name, part in parts.items():
            if not is_environment_name(name):
                self._faults.add(line_of(part), f"{self._key}: `{name}` is no environment's name")
        read = {
            name: self._value(store_type, rules, part, f"its value in {name}")
            for name, part in parts.items()
        }
        return {name: value for name, value in read.items() if value is not None}

    def default(
        self, store_type: ValueType, rules: Mapping[str, object], target: Target
    ) -> Value | None:
        node = self._parts.get("default")
        if node is None or is_null(node):
            return None
        if target is Target.ENVIRONMENT:
            self._fault("default", "it stays in the environment, so it has no default here")
            return None
        return self._value(store_type, rules, node, "its default")

    def _value(
        self, store_type: ValueType, rules: Mapping[str, object], node: Node, what: str
    ) -> Value | None:
        try:
            value = _typed(store_type, node, self._faults, f"{self._key}: {what}")
        except NotOfType as error:
            self._faults.add(
                line_of(node), f"{self._key}: {what} {error.reason} (its type is {store_type})"
            )
            return None
        for name, why in broken_rules(rules, value):
            self._faults.add(line_of(node), f"{self._key}: {what} {why} (rule {name})")
        return value

    def _fault(self, member: str, reason: str) -> None:
        line = line_of(self._parts.get(member) or self._node)
        self._faults.add(line, f"{self._key}: {reason}")


def _typed(store_type: ValueType, node: Node, faults: Faults, what: str) -> Value:
    """A scalar by the published truth table, so that `on` is no boolean and `007` no integer."""
    if store_type is ValueType.JSON:
        return check_type(store_type, plain(node, faults, what))
    if not isinstance(node, ScalarNode) or is_null(node):
        raise NotOfType(store_type, "must be one value; leave the line out where there is none")
    if store_type not in _TEXTS and is_quoted(node):
        raise NotOfType(store_type, "stands in quotes, which make it text")
    return parse_text(store_type, text(node, faults, what))
