"""What the declaration of a settings field says about its variable."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..reference import Cast, Facts, with_default
from .annotations import annotation_facts, constraint_facts
from .literals import literal, literal_text, sequence_texts
from .module import Module, dotted, json_text
from .read import argument

_EMPTY = {"list": "[]", "dict": "{}", "set": "[]", "tuple": "[]", "frozenset": "[]", "str": ""}


def field_facts(module: Module, node: ast.AnnAssign) -> Facts:
    """Type, bounds and default of `name: annotation = value`."""
    facts = annotation_facts(module, node.annotation)
    for call in field_calls(node):
        facts = constraint_facts(module, call).within(facts)
    if facts.cast in (Cast.JSON, Cast.LIST):  # lengths count items there, not characters
        facts = replace(facts, min_length=None, max_length=None)
    return _defaulted(module, node, facts)


def field_calls(node: ast.AnnAssign) -> Iterator[ast.Call]:
    """`Field(...)` as the value and within `Annotated`."""
    annotation = node.annotation
    metadata = annotation.slice if isinstance(annotation, ast.Subscript) else None
    extras = metadata.elts[1:] if isinstance(metadata, ast.Tuple) else []
    for candidate in (node.value, *extras):
        if isinstance(candidate, ast.Call) and (dotted(candidate.func) or "").endswith("Field"):
            yield candidate


def _defaulted(module: Module, node: ast.AnnAssign, facts: Facts) -> Facts:
    value = node.value
    calls = list(field_calls(node))
    if value is None or value in calls:
        value = next(
            (found for call in calls if (found := argument(call, 0, "default")) is not None), None
        )
        for call in calls:
            if (factory := argument(call, None, "default_factory")) is not None:
                return with_default(_factory_text(module, factory, facts), facts)
    if value is None or (isinstance(value, ast.Constant) and value.value is ...):
        return replace(facts, required=True)
    if isinstance(value, ast.Constant) and value.value is None:
        return facts
    return with_default(_text(module, value, facts), facts)


def _text(module: Module, value: ast.expr, facts: Facts) -> str | None:
    texts = sequence_texts(module, value)
    if facts.cast is Cast.LIST and texts is not None:
        return ",".join(texts)
    if facts.cast is Cast.JSON:
        fixed = literal(module, value)
        return json_text(fixed) if isinstance(fixed, dict | list) else None
    return literal_text(module, value)


def _factory_text(module: Module, factory: ast.expr, facts: Facts) -> str | None:
    if isinstance(factory, ast.Lambda):
        return _text(module, factory.body, facts)
    return _EMPTY.get(dotted(factory) or "")
