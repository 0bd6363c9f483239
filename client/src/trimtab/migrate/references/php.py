"""PHP: `getenv`, `$_ENV`, and Laravel's `env`."""

from collections.abc import Iterator

from ast_grep_py import SgNode

from .reference import Cast, Facts, with_default
from .syntax.dialect import Call, Dialect, SyntaxRead
from .syntax.nodes import find_kinds, is_written, name_of, plain_text
from .syntax.search import searcher

_READERS = frozenset({"getenv", "env", "Env.get", "Env::get", "Env::getOrFail", "apache_getenv"})
_REQUEST = ("HTTP_", "REQUEST_", "SERVER_", "REMOTE_", "SCRIPT_", "PHP_", "DOCUMENT_", "QUERY_")
_FILTERS = {
    "FILTER_VALIDATE_BOOLEAN": Cast.BOOL,
    "FILTER_VALIDATE_BOOL": Cast.BOOL,
    "FILTER_VALIDATE_INT": Cast.INT,
    "FILTER_VALIDATE_FLOAT": Cast.FLOAT,
    "FILTER_VALIDATE_URL": Cast.URL,
    "FILTER_VALIDATE_EMAIL": Cast.EMAIL,
}


def _call(node: SgNode) -> Call | None:
    arguments = node.field("arguments")
    if arguments is None:
        return None
    listed = []
    for part in arguments.named_children():
        inner = part.named_children()
        listed.extend(inner[-1:] if part.kind() == "argument" else [part])
    receiver = node.field("object")
    if node.kind() == "function_call_expression":
        name = name_of(node.field("function"))
        return Call(node, name, name, tuple(listed))
    scope, method = node.field("scope") or receiver, node.field("name")
    if method is None:
        return None
    name = f"{name_of(scope)}::{method.text()}"
    return Call(node, name, method.text(), tuple(listed), receiver)


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    kinds = ["function_call_expression", "scoped_call_expression"]
    for node in find_kinds(
        root, kinds, r"^(\\?(getenv|env|apache_getenv)|[\w\\]*Env::(get|getOrFail))\s*\("
    ):
        call = _call(node)
        name = call.name.rpartition("\\")[2] if call else ""
        if call is None or name not in _READERS or not call.arguments:
            continue
        facts = Facts(required=call.method == "getOrFail")
        default = call.arguments[1] if len(call.arguments) > 1 and name != "getenv" else None
        if default is not None and default.kind() != "null":
            facts = with_default(plain_text(default))
        yield SyntaxRead(node, call.arguments[0], name, facts, default)
    for node in find_kinds(root, ["subscript_expression"], r"^\$_(ENV|SERVER)\s*\["):
        parts = node.named_children()
        if len(parts) == 2 and not is_written(node) and parts[0].text() in ("$_ENV", "$_SERVER"):
            if parts[0].text() == "$_SERVER" and _is_request(parts[1]):
                continue
            yield SyntaxRead(node, parts[1], parts[0].text())


def _is_request(key: SgNode) -> bool:
    """`$_SERVER` holds the request too; what looks like it is no variable."""
    text = plain_text(key)
    return text is None or not text.isupper() or text.startswith(_REQUEST) or "_" not in text


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    if parent.kind() == "function_call_expression" and (call := _call(parent)) is not None:
        if call.name == "filter_var":
            kinds = [
                _FILTERS[part.text()] for part in call.arguments[1:] if part.text() in _FILTERS
            ]
            return Facts(cast=kinds[0]) if kinds else None
        if call.name in ("trim", "rtrim", "strtolower", "strtoupper", "strval"):
            return Facts()
    if parent.kind() == "conditional_expression" and "?:" in parent.text().replace(" ", ""):
        parts = parent.named_children()
        if len(parts) == 2 and child == parts[0]:
            other = parts[1]
            if "throw" in other.kind():
                return Facts(required=True)
            return with_default(plain_text(other))
    return None


PHP = Dialect(
    reads=_reads,
    call=_call,
    special=_special,
    call_kinds=frozenset(
        {"function_call_expression", "scoped_call_expression", "member_call_expression"}
    ),
    transparent=frozenset({"argument", "arguments", "parenthesized_expression"}),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"unary_op_expression"}),
    ternary=frozenset({"conditional_expression"}),
    conditions=frozenset({"if_statement"}),
    assignments=frozenset({"assignment_expression", "const_element"}),
    functions=frozenset(
        {"function_definition", "method_declaration", "anonymous_function", "arrow_function"}
    ),
    lambdas=frozenset({"arrow_function"}),
    identifiers=frozenset({"variable_name", "name"}),
    type_casts=frozenset({"cast_expression"}),
    types={
        "int": Cast.INT,
        "integer": Cast.INT,
        "float": Cast.FLOAT,
        "double": Cast.FLOAT,
        "bool": Cast.BOOL,
        "boolean": Cast.BOOL,
        "string": Cast.STR,
        "array": Cast.LIST,
    },
    casts={
        "intval": Cast.INT,
        "floatval": Cast.FLOAT,
        "doubleval": Cast.FLOAT,
        "boolval": Cast.BOOL,
        "json_decode": Cast.JSON,
        "explode": Cast.LIST,
        "parse_url": Cast.URL,
        "realpath": Cast.PATH,
        "file_get_contents": Cast.PATH,
    },
    upper_methods=frozenset({"strtoupper"}),
)
search_php = searcher("php", PHP)
