"""C#: `Environment.GetEnvironmentVariable`, and keys of `IConfiguration`."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from .reference import Cast, Facts, with_default
from .syntax.dialect import Call, Dialect, SyntaxRead
from .syntax.nodes import find_kinds, is_written, name_of, plain_text, string_text
from .syntax.search import searcher

_CONFIGURATION = r"^([\w.]*\.)?_?[cC]onfig(uration)?"
_READER = "Environment.GetEnvironmentVariable"
_TYPES = {
    "int": Cast.INT,
    "long": Cast.INT,
    "short": Cast.INT,
    "double": Cast.FLOAT,
    "float": Cast.FLOAT,
    "decimal": Cast.FLOAT,
    "bool": Cast.BOOL,
    "string": Cast.STR,
    "TimeSpan": Cast.DURATION,
    "Uri": Cast.URL,
}


def _call(node: SgNode) -> Call | None:
    arguments = node.field("arguments")
    if arguments is None:
        return None
    listed = []
    for argument in arguments.named_children():
        listed.extend(argument.named_children()[-1:])
    if node.kind() == "object_creation_expression":
        name = f"new {name_of(node.field('type'))}"
        return Call(node, name, name, tuple(listed))
    function = node.field("function")
    name = name_of(function)
    receiver = function.field("expression") if function is not None else None
    return Call(node, name, name.rpartition(".")[2], tuple(listed), receiver)


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    for node in find_kinds(
        root, ["invocation_expression"], r"^(System\.)?Environment\.GetEnvironmentVariable\s*\("
    ):
        call = _call(node)
        if call is not None and call.arguments and call.name.endswith(_READER):
            yield SyntaxRead(node, call.arguments[0], _READER)
    for node in find_kinds(root, ["element_access_expression"], _CONFIGURATION + r"\s*\["):
        subscript = node.field("subscript")
        texts = [string_text(part) for part in find_kinds(subscript or node, ["string_literal"])]
        if len(texts) == 1 and texts[0] and not is_written(node):
            yield SyntaxRead(node, (variable_of(texts[0]),), "IConfiguration")
    getters = r"\.(GetValue|GetConnectionString|GetRequiredValue)\b"
    for node in find_kinds(root, ["invocation_expression"], _CONFIGURATION + getters):
        yield from _value(node)


def variable_of(key: str) -> str:
    """The variable that sets a key: `Voice:Stability` is `Voice__Stability`."""
    return key.replace(":", "__")


def _value(node: SgNode) -> Iterator[SyntaxRead]:
    call = _call(node)
    key = string_text(call.arguments[0]) if call and call.arguments else None
    if call is None or not key:
        return
    if call.method == "GetConnectionString":
        key = f"ConnectionStrings:{key}"
    typed = re.search(r"<\s*(\w+)\??\s*>\s*\(", node.text()[:200])
    facts = Facts(cast=_TYPES.get(typed[1]) if typed else None)
    if len(call.arguments) > 1:
        facts = with_default(plain_text(call.arguments[1]), facts)
    yield SyntaxRead(node, (variable_of(key),), "IConfiguration", facts)


def _special(parent: SgNode, child: SgNode) -> Facts | None:
    if parent.kind() == "postfix_unary_expression":  # x!
        return Facts()
    if parent.kind() == "argument" and parent.text().startswith("out "):
        return None
    if parent.kind() == "is_pattern_expression":
        return Facts()
    return None


CSHARP = Dialect(
    reads=_reads,
    call=_call,
    special=_special,
    call_kinds=frozenset({"invocation_expression", "object_creation_expression"}),
    member_kinds=frozenset({"member_access_expression", "conditional_access_expression"}),
    transparent=frozenset(
        {"argument", "argument_list", "parenthesized_expression", "equals_value_clause"}
    ),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"prefix_unary_expression"}),
    ternary=frozenset({"conditional_expression"}),
    conditions=frozenset({"if_statement"}),
    assignments=frozenset({"variable_declarator", "assignment_expression"}),
    functions=frozenset({"method_declaration", "local_function_statement", "lambda_expression"}),
    lambdas=frozenset({"lambda_expression"}),
    identifiers=frozenset({"identifier"}),
    type_casts=frozenset({"cast_expression"}),
    types=_TYPES,
    casts={
        "int.Parse": Cast.INT,
        "int.TryParse": Cast.INT,
        "long.Parse": Cast.INT,
        "long.TryParse": Cast.INT,
        "Convert.ToInt32": Cast.INT,
        "Convert.ToInt64": Cast.INT,
        "double.Parse": Cast.FLOAT,
        "double.TryParse": Cast.FLOAT,
        "decimal.Parse": Cast.FLOAT,
        "float.Parse": Cast.FLOAT,
        "Convert.ToDouble": Cast.FLOAT,
        "bool.Parse": Cast.BOOL,
        "bool.TryParse": Cast.BOOL,
        "Convert.ToBoolean": Cast.BOOL,
        "TimeSpan.Parse": Cast.DURATION,
        "new Uri": Cast.URL,
        "Path.Combine": Cast.PATH,
        "Path.GetFullPath": Cast.PATH,
        "JsonSerializer.Deserialize": Cast.JSON,
        "JsonConvert.DeserializeObject": Cast.JSON,
        "Guid.Parse": Cast.STR,
    },
    methods={
        "Split": Cast.LIST,
        "Trim": None,
        "ToLower": None,
        "ToLowerInvariant": None,
        "ToUpper": None,
        "ToUpperInvariant": None,
        "ToString": None,
    },
    upper_methods=frozenset({"ToUpper", "ToUpperInvariant"}),
)
search_csharp = searcher("csharp", CSHARP)
