"""Java."""

from collections.abc import Iterator

from ast_grep_py import SgNode

from ..reference import NOTHING, Cast, Facts, with_default
from ..syntax.dialect import Call, Dialect, SyntaxRead
from ..syntax.nodes import name_of, plain_text, string_text
from ..syntax.search import searcher
from .annotations import annotation_reads
from .conversions import CASTS, METHODS, TYPES
from .reads import getenv_reads, property_reads

_PASSED_ON = frozenset({"Optional.ofNullable", "Optional.of", "String.valueOf"})
_DEFAULTED = {
    "Objects.requireNonNullElse",
    "StringUtils.defaultIfBlank",
    "StringUtils.defaultString",
}


def _call(node: SgNode) -> Call | None:
    arguments = node.field("arguments")
    if arguments is None:
        return None
    listed = tuple(arguments.named_children())
    if node.kind() == "object_creation_expression":
        name = f"new {name_of(node.field('type'))}"
        return Call(node, name, name, listed)
    method, receiver = node.field("name"), node.field("object")
    if method is None:
        return None
    name = f"{name_of(receiver)}.{method.text()}" if receiver else method.text()
    return Call(node, name, method.text(), listed, receiver)


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    yield from getenv_reads(root, "method_invocation", _call)
    yield from property_reads(root, "method_invocation", _call)
    yield from annotation_reads(root)


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    """Functions that take the value and perhaps a default beside it."""
    call = _call(parent) if parent.kind() == "method_invocation" else None
    if call is None or child == call.receiver:
        return None
    if call.name in _PASSED_ON:
        return NOTHING
    if call.name == "Objects.requireNonNull":
        return Facts(required=True)
    if call.name in _DEFAULTED and len(call.arguments) > 1:
        return with_default(plain_text(call.arguments[1]))
    if call.method in ("equals", "equalsIgnoreCase") and call.receiver is not None:
        text = string_text(call.receiver)  # "true".equals(x)
        return Facts(cast=Cast.BOOL) if text in ("true", "false", "1", "yes") else None
    return None


JAVA = Dialect(
    reads=_reads,
    call=_call,
    special=_special,
    call_kinds=frozenset({"method_invocation", "object_creation_expression"}),
    transparent=frozenset({"argument_list", "parenthesized_expression"}),
    member_kinds=frozenset({"field_access"}),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"unary_expression"}),
    ternary=frozenset({"ternary_expression"}),
    conditions=frozenset({"if_statement"}),
    assignments=frozenset({"variable_declarator", "assignment_expression"}),
    functions=frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    lambdas=frozenset({"lambda_expression"}),
    identifiers=frozenset({"identifier"}),
    type_casts=frozenset({"cast_expression"}),
    types=TYPES,
    casts=CASTS,
    methods=METHODS,
    default_methods=frozenset({"orElse", "orElseGet"}),
    required_methods=frozenset({"orElseThrow"}),
    upper_methods=frozenset({"toUpperCase"}),
)
search_java = searcher("java", JAVA)
