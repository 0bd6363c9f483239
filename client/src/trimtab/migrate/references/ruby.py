"""Ruby: `ENV["X"]`, `ENV.fetch("X", "d")`."""

from collections.abc import Iterator

from ast_grep_py import SgNode

from .reference import NOTHING, Cast, Facts, with_default
from .syntax.dialect import Call, Dialect, SyntaxRead
from .syntax.nodes import find_kinds, is_written, name_of, plain_text, string_text
from .syntax.search import searcher
from .words import are_boolean

_PRESENCE = frozenset({"key?", "has_key?", "include?", "member?"})


def _call(node: SgNode) -> Call | None:
    method, receiver, arguments = (node.field(name) for name in ("method", "receiver", "arguments"))
    if method is None:
        return None
    name = f"{name_of(receiver)}.{method.text()}" if receiver else method.text()
    listed = arguments.named_children() if arguments else []
    return Call(node, name, method.text(), tuple(listed), receiver)


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    for node in find_kinds(root, ["element_reference"], r"^(::)?ENV\s*\["):
        parts, parent = node.named_children(), node.parent()
        if len(parts) != 2 or parent is None:
            continue
        if parent.kind() == "operator_assignment" and is_written(node):
            default = plain_text(parent.named_children()[-1])
            yield SyntaxRead(node, parts[1], "ENV", with_default(default))
        elif not is_written(node):
            yield SyntaxRead(node, parts[1], "ENV")
    for node in find_kinds(root, ["call"], r"^(::)?ENV\s*\."):
        call = _call(node)
        if call is not None and call.receiver and call.receiver.text().endswith("ENV"):
            yield from _called(call)


def _called(call: Call) -> Iterator[SyntaxRead]:
    if call.method == "fetch" and call.arguments:
        default = call.arguments[1] if len(call.arguments) > 1 else _block_value(call.node)
        facts = Facts(required=True)
        if default is not None:
            facts = NOTHING if default.kind() == "nil" else with_default(plain_text(default))
        if call.node.field("block") is not None and default is None:
            facts = with_default(None)
        yield SyntaxRead(call.node, call.arguments[0], "ENV.fetch", facts, default)
    elif call.method in _PRESENCE or call.method in ("values_at", "fetch_values", "dig", "slice"):
        for key in call.arguments:
            yield SyntaxRead(call.node, key, f"ENV.{call.method}")
    elif call.method in ("each", "select", "filter", "to_h", "map", "each_pair"):
        yield SyntaxRead(call.node, call.node, f"ENV.{call.method}")


def _block_value(node: SgNode) -> SgNode | None:
    block = node.field("block")
    body = block.field("body") if block else None
    values = body.named_children() if body else []
    return values[0] if len(values) == 1 else None


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    """`%w[true 1].include?(x)`."""
    call = _call(parent) if parent.kind() == "call" else None
    listed = call.receiver if call is not None and call.method == "include?" else None
    if listed is None or child == listed:
        return None
    words = [string_text(part) or "?" for part in listed.named_children()]
    return Facts(cast=Cast.BOOL) if are_boolean(words) else None


def _looped(key: SgNode) -> list[str] | None:
    """`%w[A B].each { |name| ENV.fetch(name) }`."""
    up = key.parent() if key.kind() == "identifier" else None
    for _ in range(16):
        if up is None:
            return None
        if up.kind() in ("block", "do_block"):
            given = up.field("parameters")
            if given is not None and given.text().strip("| ") == key.text():
                call = up.parent()
                listed = call.field("receiver") if call is not None else None
                parts = listed.named_children() if listed is not None else []
                texts = [string_text(part) for part in parts]
                return [text for text in texts if text] if texts and None not in texts else None
        up = up.parent()
    return None


RUBY = Dialect(
    reads=_reads,
    call=_call,
    special=_special,
    looped=_looped,
    call_kinds=frozenset({"call"}),
    transparent=frozenset({"argument_list", "parenthesized_statements"}),
    binary=frozenset({"binary"}),
    unary=frozenset({"unary"}),
    ternary=frozenset({"conditional"}),
    conditions=frozenset({"if", "unless", "if_modifier", "unless_modifier"}),
    assignments=frozenset({"assignment"}),
    functions=frozenset({"method", "singleton_method", "lambda"}),
    identifiers=frozenset({"identifier", "constant"}),
    casts={
        "Integer": Cast.INT,
        "Float": Cast.FLOAT,
        "BigDecimal": Cast.FLOAT,
        "JSON.parse": Cast.JSON,
        "URI": Cast.URL,
        "URI.parse": Cast.URL,
        "Pathname": Cast.PATH,
        "Pathname.new": Cast.PATH,
        "File.expand_path": Cast.PATH,
        "File.join": Cast.PATH,
        "File.read": Cast.PATH,
        "ActiveModel::Type::Boolean.new.cast": Cast.BOOL,
        "ActiveRecord::Type::Boolean.new.cast": Cast.BOOL,
        "ActiveModel::Type::Integer.new.cast": Cast.INT,
    },
    methods={
        "to_i": Cast.INT,
        "to_f": Cast.FLOAT,
        "to_d": Cast.FLOAT,
        "to_r": Cast.FLOAT,
        "to_s": None,
        "to_b": Cast.BOOL,
        "to_bool": Cast.BOOL,
        "split": Cast.LIST,
        "strip": None,
        "chomp": None,
        "downcase": None,
        "upcase": None,
        "presence": None,
        "freeze": None,
        "dup": None,
        "squish": None,
    },
    upper_methods=frozenset({"upcase"}),
)
search_ruby = searcher("ruby", RUBY)
