"""Annotations that inject a value: Spring's `@Value`, MicroProfile's `@ConfigProperty`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from ..reference import NOTHING, Cast, Facts, with_default
from ..syntax.dialect import SyntaxRead
from ..syntax.nodes import ancestors, find_kinds
from .conversions import TYPES
from .reads import variable_of

_PLACEHOLDER = re.compile(r"\\?\$\{([^:{}]+)(?::([^{}]*))?\}")
_NAMED = re.compile(r'(\w+)\s*=\s*"([^"]*)"')


def annotation_reads(root: SgNode) -> Iterator[SyntaxRead]:
    """`@Value("${app.port:3000}") int port`, `@ConfigProperty(name = "X", defaultValue = "3")`."""
    for node in find_kinds(root, ["annotation"], r"^@(\w+:)?Value\s*\("):
        yield from _placeholders(node)
    for node in find_kinds(root, ["annotation"], r"^@(\w+:)?ConfigProperty\s*\("):
        named = dict(_NAMED.findall(node.text()))
        facts = Facts(cast=_declared(node))
        if "defaultValue" in named:
            facts = with_default(named["defaultValue"], facts)
        if "name" in named:
            yield SyntaxRead(node, (variable_of(named["name"]),), "@ConfigProperty", facts)


def _placeholders(node: SgNode) -> Iterator[SyntaxRead]:
    """A text may hold several; only one that is the whole text has the type of the field."""
    texts = find_kinds(node, ["string_literal"])
    spelled = texts[0].text().strip('"') if texts else ""
    for found in _PLACEHOLDER.finditer(spelled):
        facts = Facts(cast=_declared(node)) if found[0] == spelled else NOTHING
        if found[2] is not None:
            facts = with_default(found[2], facts)
        facts = replace(facts, required=found[2] is None)
        yield SyntaxRead(node, (variable_of(found[1]),), "@Value", facts)


def _declared(annotation: SgNode) -> Cast | None:
    """The type of the field or parameter that an annotation stands before."""
    for up in ancestors(annotation):
        if up.kind() in ("field_declaration", "formal_parameter"):
            spelled = up.field("type")
            return TYPES.get(re.split(r"\W", spelled.text())[0]) if spelled else None
        if up.kind() in ("property_declaration", "class_parameter", "parameter"):
            types = [part.text() for part in find_kinds(up, ["user_type"])]
            return next((TYPES[text] for text in types if text in TYPES), None)
        if up.kind().endswith("_declaration"):
            return None
    return None
