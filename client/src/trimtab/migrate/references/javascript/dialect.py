"""JavaScript as a dialect: what its functions and methods make of a text."""

import re

from ast_grep_py import SgNode

from ..reference import Cast, Facts
from ..syntax.dialect import Call, Dialect
from ..syntax.nodes import find_kinds, name_of, string_text
from ..words import are_boolean
from .access import environment_reads

_LISTING = frozenset({"forEach", "map", "filter", "every", "some", "find", "reduce"})


def call_of(node: SgNode) -> Call | None:
    arguments = node.field("arguments")
    function = node.field("function") or node.field("constructor")
    if function is None or arguments is None:
        return None
    name = name_of(function)
    method = name.rpartition(".")[2]
    if not name and (last := function.field("property")) is not None:  # a very long chain
        method = last.text()
    if node.kind() == "new_expression":
        name = f"new {name}"
    listed = tuple(arguments.named_children())
    return Call(node, name, method, listed, receiver=function.field("object"))


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    """`["true", "1"].includes(x)`; a mode found in a list of modes says nothing."""
    call = call_of(parent) if parent.kind() == "call_expression" else None
    listed = call.receiver if call is not None and call.method == "includes" else None
    if listed is None or child == listed:
        return None
    words = [string_text(part) or "?" for part in listed.named_children()]
    return Facts(cast=Cast.BOOL) if are_boolean(words) else None


def _looped(key: SgNode) -> list[str] | None:
    """`for (const k of ["A", "B"]) process.env[k]`, `["A", "B"].forEach(k => ...)`."""
    name = key.text() if key.kind() == "identifier" else None
    up = key.parent() if name else None
    for _ in range(24):
        if up is None:
            return None
        listed = None
        if up.kind() == "for_in_statement":
            left = up.field("left")
            listed = up.field("right") if left is not None and left.text() == name else None
        elif up.kind() == "arrow_function":
            listed = _listed_for(up, name or "")
        if listed is not None:
            return _texts(listed)
        up = up.parent()
    return None


def _listed_for(function: SgNode, name: str) -> SgNode | None:
    parameter = function.field("parameter") or function.field("parameters")
    names = parameter.text().strip("() ").split(",")[0].split(":")[0] if parameter else ""
    arguments = function.parent()
    call = arguments.parent() if arguments else None
    made = call_of(call) if call is not None and call.kind() == "call_expression" else None
    return made.receiver if made and names == name and made.method in _LISTING else None


def _texts(listed: SgNode) -> list[str] | None:
    if listed.kind() == "identifier":
        root = listed.get_root().root()
        regex = rf"^{re.escape(listed.text())}\b"
        declared = find_kinds(root, ["variable_declarator"], regex)
        value = declared[0].field("value") if len(declared) == 1 else None
        if value is None:
            return None
        listed = value
    if listed.kind() in ("as_expression", "parenthesized_expression"):
        listed = listed.named_children()[0]
    if listed.kind() != "array":
        return None
    texts = [string_text(part) for part in listed.named_children()]
    return [text for text in texts if text] if texts and None not in texts else None


JAVASCRIPT = Dialect(
    reads=environment_reads,
    call=call_of,
    special=_special,
    looped=_looped,
    call_kinds=frozenset({"call_expression", "new_expression"}),
    member_kinds=frozenset({"member_expression"}),
    transparent=frozenset(
        {
            "arguments",
            "as_expression",
            "await_expression",
            "non_null_expression",
            "parenthesized_expression",
            "satisfies_expression",
            "type_assertion",
        }
    ),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"unary_expression"}),
    ternary=frozenset({"ternary_expression"}),
    conditions=frozenset({"if_statement"}),
    assignments=frozenset({"variable_declarator", "assignment_expression"}),
    functions=frozenset(
        {
            "arrow_function",
            "function_declaration",
            "function_expression",
            "generator_function_declaration",
            "method_definition",
        }
    ),
    lambdas=frozenset({"arrow_function", "function_expression"}),
    identifiers=frozenset({"identifier"}),
    casts={
        "parseInt": Cast.INT,
        "Number.parseInt": Cast.INT,
        "BigInt": Cast.INT,
        "Math.floor": Cast.INT,
        "Math.round": Cast.INT,
        "Number": Cast.FLOAT,
        "parseFloat": Cast.FLOAT,
        "Number.parseFloat": Cast.FLOAT,
        "Boolean": Cast.BOOL,
        "JSON.parse": Cast.JSON,
        "new URL": Cast.URL,
        "URL.parse": Cast.URL,
        "ms": Cast.DURATION,
        "path.join": Cast.PATH,
        "path.resolve": Cast.PATH,
        "fs.readFileSync": Cast.PATH,
        "fs.existsSync": Cast.PATH,
        "readFileSync": Cast.PATH,
        "existsSync": Cast.PATH,
    },
    methods={
        "split": Cast.LIST,
        "replace": None,
        "replaceAll": None,
        "toLowerCase": None,
        "toString": None,
        "toUpperCase": None,
        "trim": None,
        "trimEnd": None,
        "trimStart": None,
    },
    upper_methods=frozenset({"toUpperCase"}),
)
