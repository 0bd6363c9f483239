"""Go: `os.Getenv`, `os.LookupEnv`, and functions around them."""

from collections.abc import Iterator

from ast_grep_py import SgNode

from .exports import Exports
from .go_tags import tag_references
from .reference import Cast, Source
from .searched import Searched
from .syntax.dialect import Call, Dialect, SyntaxRead
from .syntax.nodes import find_kinds, name_of
from .syntax.search import parse, search_tree

_READERS = {
    "os.Getenv": "os.Getenv",
    "os.LookupEnv": "os.LookupEnv",
    "syscall.Getenv": "syscall.Getenv",
}


def search_go(source: Source, known: Exports) -> Searched:
    """Every read in one Go file: calls and tags of struct fields."""
    root = parse(source, "go")
    found = search_tree(source, root, known, GO, {})
    found.references.extend(tag_references(source, root))
    return found


def _call(node: SgNode) -> Call | None:
    function, arguments = node.field("function"), node.field("arguments")
    if function is None or arguments is None:
        return None
    name = name_of(function)
    receiver = function.field("operand")
    return Call(
        node, name, name.rpartition(".")[2], tuple(arguments.named_children()), receiver=receiver
    )


def _reads(root: SgNode) -> Iterator[SyntaxRead]:
    for node in find_kinds(root, ["call_expression"], r"^(os|syscall)\.(Getenv|LookupEnv)\("):
        call = _call(node)
        if call is not None and call.name in _READERS and call.arguments:
            yield SyntaxRead(node, call.arguments[0], _READERS[call.name])
    # viper reads nothing under a fixed name but where it is bound to one
    for node in find_kinds(root, ["call_expression"], r"^\w+\.(BindEnv|MustBindEnv)\("):
        call = _call(node)
        for key in call.arguments[1:] if call else ():
            yield SyntaxRead(node, key, "viper.BindEnv")


GO = Dialect(
    reads=_reads,
    call=_call,
    call_kinds=frozenset({"call_expression"}),
    member_kinds=frozenset({"selector_expression"}),
    transparent=frozenset({"argument_list", "parenthesized_expression", "expression_list"}),
    binary=frozenset({"binary_expression"}),
    unary=frozenset({"unary_expression"}),
    conditions=frozenset({"if_statement"}),
    assignments=frozenset(
        {"short_var_declaration", "assignment_statement", "var_spec", "const_spec"}
    ),
    functions=frozenset({"function_declaration", "method_declaration", "func_literal"}),
    lambdas=frozenset({"func_literal"}),
    identifiers=frozenset({"identifier"}),
    casts={
        "strconv.Atoi": Cast.INT,
        "strconv.ParseInt": Cast.INT,
        "strconv.ParseUint": Cast.INT,
        "strconv.ParseFloat": Cast.FLOAT,
        "strconv.ParseBool": Cast.BOOL,
        "time.ParseDuration": Cast.DURATION,
        "json.Unmarshal": Cast.JSON,
        "url.Parse": Cast.URL,
        "url.ParseRequestURI": Cast.URL,
        "strings.Split": Cast.LIST,
        "strings.Fields": Cast.LIST,
        "filepath.Abs": Cast.PATH,
        "filepath.Clean": Cast.PATH,
        "filepath.Join": Cast.PATH,
        "os.Open": Cast.PATH,
        "os.ReadFile": Cast.PATH,
        "mail.ParseAddress": Cast.EMAIL,
    },
    upper_methods=frozenset({"ToUpper"}),
    same_folder=True,
)
