"""Rust: `env::var`, `env!`, and clap's `env = "X"`."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from .clap_options import option_references, type_cast
from .exports import Exports
from .reference import Cast, Facts, Source, with_default
from .searched import Searched
from .syntax.dialect import Call, Dialect, SyntaxRead
from .syntax.nodes import find_kinds, name_of, plain_text
from .syntax.search import parse, search_tree

_FUNCTIONS = frozenset(
    "std::env::var env::var std::env::var_os env::var_os dotenvy::var dotenv::var".split()
)
_MACROS = {"env!": True, "option_env!": False, "std::env!": True, "std::option_env!": False}


def search_rust(source: Source, known: Exports) -> Searched:
    """Every read in one Rust file: calls, macros and clap's attributes."""
    root = parse(source, "rust")
    found = search_tree(source, root, known, RUST, {})
    found.references.extend(option_references(source, root))
    return found


def _call(node: SgNode) -> Call | None:
    if node.kind() == "macro_invocation":
        name = name_of(node.field("macro")) + "!"
        tokens = next((part for part in node.children() if part.kind() == "token_tree"), None)
        return Call(node, name, name, tuple(tokens.named_children()) if tokens else ())
    function, arguments = node.field("function"), node.field("arguments")
    if function is None or arguments is None:
        return None
    field = function.field("function") if function.kind() == "generic_function" else function
    receiver = field.field("value") if field is not None else None
    name = name_of(function)
    method = re.split(r"[.:]+", name)[-1]
    if not name and field is not None and (last := field.field("field")) is not None:
        method = last.text()
    return Call(node, name, method, tuple(arguments.named_children()), receiver)


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    functions = _FUNCTIONS | _imported(root)
    heads = "|".join(sorted(functions))
    for node in find_kinds(root, ["call_expression"], rf"^({heads})\s*\("):
        call = _call(node)
        if call is not None and call.name in functions and call.arguments:
            reader = call.name if call.name in _FUNCTIONS else "env::var"
            yield SyntaxRead(node, _bare(call.arguments[0]), reader)
    for node in find_kinds(root, ["macro_invocation"], r"^(std::)?(option_)?env!"):
        call = _call(node)
        if call is not None and call.name in _MACROS and call.arguments:
            facts = Facts(required=_MACROS[call.name])
            yield SyntaxRead(node, call.arguments[0], call.name, facts)


def _bare(key: SgNode) -> SgNode:
    """`&name` and `name.as_str()` are `name`."""
    if key.kind() == "reference_expression":
        return key.named_children()[-1]
    call = _call(key) if key.kind() == "call_expression" else None
    return call.receiver if call and call.receiver and call.method == "as_str" else key


def _imported(root: SgNode) -> frozenset[str]:
    """`use std::env::var as v;`"""
    names = set()
    for node in find_kinds(root, ["use_declaration"], r"\benv\b"):
        for found in re.finditer(r"\b(var|var_os)\b(?:\s+as\s+(\w+))?", node.text()):
            names.add(found[2] or found[1])
        if renamed := re.search(r"std::env\s+as\s+(\w+)", node.text()):
            names.add(f"{renamed[1]}::var")
    return frozenset(names)


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    """`?` fails; `.parse()` says its type in angle brackets or where the value goes."""
    if parent.kind() == "try_expression":
        return Facts(required=True)
    if parent.kind() == "call_expression" and (call := _call(parent)) is not None:
        if call.method == "parse" and call.receiver is not None:
            return _parsed(parent, parent.text())
        if call.method in ("and_then", "map", "map_or") and ".parse" in _arguments_text(call):
            return _parsed(parent, _arguments_text(call))
        if call.method == "unwrap_or_default":
            return with_default("")
    if parent.kind() == "match_expression" and child == parent.field("value"):
        return _matched(parent)
    return None


def _arguments_text(call: Call) -> str:
    return " ".join(argument.text() for argument in call.arguments)


def _parsed(node: SgNode, spelled: str) -> Facts:
    found = re.search(r"\.parse::<\s*([\w:]+)", spelled)
    return Facts(cast=type_cast(found[1] if found else _declared(node)))


def _declared(node: SgNode) -> str:
    up = node.parent()
    for _ in range(6):
        if up is None or up.kind() == "block":
            return ""
        if up.kind() == "let_declaration":
            spelled = up.field("type")
            return spelled.text() if spelled else ""
        up = up.parent()
    return ""


def _matched(node: SgNode) -> Facts | None:
    """`match env::var("X") { Ok(v) => v, Err(_) => "d".into() }`."""
    for arm in find_kinds(node, ["match_arm"], r"^(Err|None|_)\b"):
        value = arm.named_children()[-1]
        texts = find_kinds(value, ["string_literal", "integer_literal", "boolean_literal"])
        if re.match(r"(panic|return|unreachable|bail)", value.text()):
            return Facts(required=True)
        return with_default(plain_text(texts[0]) if len(texts) == 1 else None)
    return None


RUST = Dialect(
    reads=_reads,
    call=_call,
    special=_special,
    call_kinds=frozenset({"call_expression", "macro_invocation"}),
    member_kinds=frozenset({"field_expression", "generic_function"}),
    transparent=frozenset(
        {"arguments", "parenthesized_expression", "reference_expression", "await_expression"}
    ),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"unary_expression"}),
    assignments=frozenset({"let_declaration", "const_item", "static_item"}),
    functions=frozenset({"function_item", "closure_expression"}),
    lambdas=frozenset({"closure_expression"}),
    identifiers=frozenset({"identifier"}),
    casts={
        "PathBuf::from": Cast.PATH,
        "Path::new": Cast.PATH,
        "Url::parse": Cast.URL,
        "serde_json::from_str": Cast.JSON,
        "humantime::parse_duration": Cast.DURATION,
    },
    methods={
        "ok": None,
        "as_str": None,
        "as_deref": None,
        "as_ref": None,
        "map_err": None,
        "to_lowercase": None,
        "to_uppercase": None,
        "trim": None,
        "to_string": None,
        "context": None,
        "with_context": None,
        "ok_or": None,
        "ok_or_else": None,
        "and_then": None,
        "map": None,
        "filter": None,
        "split": Cast.LIST,
        "split_whitespace": Cast.LIST,
        "lines": Cast.LIST,
        "parse": None,
        "unwrap_or_default": None,
        "is_ok": None,
    },
    default_methods=frozenset({"unwrap_or", "unwrap_or_else", "or_else", "map_or"}),
    required_methods=frozenset({"unwrap", "expect"}),
    upper_methods=frozenset({"to_uppercase", "to_ascii_uppercase"}),
)
