"""How much work a JSON Schema can make, told before it is ever used.

References let a short schema stand for an enormous one: twenty definitions that each refer twice
to the next took 78 s to refuse a one-element list. So references are followed here first, as a
validator would follow them, and counted.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

MAX_WEIGHT = 1000
"""How many subschemas a schema may stand for once its references are written out."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MAPS = ("properties", "patternProperties", "dependentSchemas", "dependencies")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    *("not", "if", "then", "else", "items", "contains", "additionalProperties"),
    *("propertyNames", "unevaluatedItems", "unevaluatedProperties"),
)
_Open = tuple[tuple[str, int], ...]


class BadSchema(ValueError):
    """The schema cannot be used; `reason` is a predicate."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def weigh(schema: dict[str, Any]) -> int:
    """The number of subschemas with every reference written out; BadSchema if out of bounds.

    References must stay inside the schema (`#/$defs/NAME`). A definition may lead back to itself
    in one place: with two, the work doubles with every level of the value.
    """
    if schema.get("$schema", DIALECT) not in (DIALECT, DIALECT + "#"):
        raise BadSchema(f"must be of draft 2020-12: {DIALECT}")
    weight = 0
    returns: Counter[int] = Counter()
    todo: list[tuple[object, _Open]] = [(schema, (("#", 0),))]
    while todo:
        node, open_references = todo.pop()
        if not isinstance(node, dict):
            continue
        weight += 1
        if weight > MAX_WEIGHT:
            raise BadSchema(f"must not stand for more than {MAX_WEIGHT} subschemas")
        if "$dynamicRef" in node or (node is not schema and "$id" in node):
            raise BadSchema("must use no $dynamicRef and no $id inside: refer to #/$defs/NAME")
        todo.extend((part, open_references) for part in _parts(node))
        target = node.get("$ref")
        if isinstance(target, str) and not _count_return(target, open_references, returns):
            todo.append((_resolve(schema, target), (*open_references, (target, weight))))
    return weight


def _count_return(target: str, open_references: _Open, returns: Counter[int]) -> bool:
    """Whether the reference leads back into what is open; refused the second time."""
    names = [name for name, _ in open_references]
    if target not in names:
        return False
    cycle = [serial for _, serial in open_references[names.index(target) :]]
    returns.update(cycle)
    if any(returns[serial] > 1 for serial in cycle):
        raise BadSchema("must not lead back to the same definition in two places")
    return True


def _parts(node: dict[str, Any]) -> Iterator[object]:
    # The schema may still be malformed here; what has the wrong form is for the validator to say.
    for name in _MAPS:
        named = node.get(name)
        yield from named.values() if isinstance(named, dict) else ()
    for name in _LISTS:
        listed = node.get(name)
        yield from listed if isinstance(listed, list) else ()
    for name in _SINGLE:
        yield node.get(name)


def _resolve(schema: dict[str, Any], target: str) -> object:
    if target != "#" and not target.startswith("#/"):
        raise BadSchema("must refer only to itself, as in #/$defs/NAME: nothing is fetched")
    node: Any = schema
    for part in unquote(target[1:]).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise BadSchema("refers to a definition that is not there") from None
    return node
