"""Kotlin."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from ..syntax.dialect import Call, Dialect, SyntaxRead
from ..syntax.nodes import find_kinds, name_of
from ..syntax.search import searcher
from .annotations import annotation_reads
from .conversions import CASTS, METHODS
from .reads import GETENV, getenv_reads, property_reads


def _call(node: SgNode) -> Call | None:
    parts = node.named_children()
    if len(parts) < 2 or parts[-1].kind() != "call_suffix":
        return None
    values = next((part for part in parts[-1].named_children() if "value" in part.kind()), None)
    held = values.named_children() if values else []
    listed = [value.named_children()[-1] for value in held if value.named_children()]
    if values is None:  # a trailing lambda
        listed = parts[-1].named_children()
    name = name_of(parts[0])
    return Call(node, name, re.split(r"\W+", name)[-1], tuple(listed))


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    yield from getenv_reads(root, "call_expression", _call)
    yield from property_reads(root, "call_expression", _call)
    for node in find_kinds(root, ["indexing_expression"], GETENV):
        suffix = node.named_children()[-1]
        if suffix.named_children():
            yield SyntaxRead(node, suffix.named_children()[0], "System.getenv")
    yield from annotation_reads(root)


KOTLIN = Dialect(
    reads=_reads,
    call=_call,
    call_kinds=frozenset({"call_expression"}),
    transparent=frozenset(
        {"value_argument", "value_arguments", "call_suffix", "parenthesized_expression"}
    ),
    member_kinds=frozenset({"navigation_expression"}),
    binary=frozenset({"elvis_expression", "equality_expression", "additive_expression"}),
    unary=frozenset({"prefix_expression", "postfix_expression"}),
    conditions=frozenset({"if_expression"}),
    assignments=frozenset({"property_declaration", "assignment"}),
    functions=frozenset({"function_declaration", "lambda_literal"}),
    lambdas=frozenset({"lambda_literal"}),
    identifiers=frozenset({"simple_identifier"}),
    casts=CASTS,
    methods=METHODS,
    default_methods=frozenset({"ifEmpty", "ifBlank", "orEmpty", "getOrDefault"}),
    upper_methods=frozenset({"uppercase", "toUpperCase"}),
)
search_kotlin = searcher("kotlin", KOTLIN)
