"""Functions of a program that read the variable named by a parameter, in any language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from ..exports import Exports, Wrapper
from ..reference import with_default
from ..words import DEFAULT_PARAMETER, UPPERCASE_NAME, VARIABLE_NAME
from .constants import Constants, NamePattern, parameter_default, parameters
from .context import Context, assigned_name
from .dialect import Call, Dialect, SyntaxRead
from .nodes import find_kinds

_OWN = frozenset({"this", "self", "Self", "$this", "static"})
_METHODS = frozenset({"method_definition", "method_declaration"})
_FAILS = re.compile(r"\b(throw|panic|raise|Fatal\w*|die|exit|abort|expect|unwrap)\b")


def wrapper_of(
    path: str,
    read: SyntaxRead,
    pattern: NamePattern,
    context: Context,
    constants: Constants,
    dialect: Dialect,
) -> Wrapper | None:
    """The function around `read` as a reader of its own; `None` if it has no name."""
    function = pattern.function
    name = _function_name(function, dialect)
    if name is None:
        return None
    names = parameters(function, dialect)
    default = _default(read, names, pattern.parameter)
    facts = context.facts(read.node).within(replace(read.facts, default=None))
    fails = facts.required or bool(_FAILS.search(function.text()))
    wrapper = Wrapper(
        path=path,
        name=name,
        owner=None,
        key=names.index(pattern.parameter),
        key_name=pattern.parameter,
        prefix=pattern.prefix,
        suffix=pattern.suffix,
        upper=pattern.upper,
        default=default,
        default_text=(
            None if default is None else parameter_default(function, names[default], constants)
        ),
        is_method=function.kind() in _METHODS or _holder(function) == "pair",
        required_without_default=fails and not facts.has_default,
        facts=replace(facts, required=False, default=None, has_default=False),
    )
    return wrapper.around(read.through) if read.through else wrapper


def wrapper_reads(
    root: SgNode,
    path: str,
    wrappers: Iterable[Wrapper],
    known: Exports,
    constants: Constants,
    dialect: Dialect,
    origins: dict[str, str],
) -> Iterator[SyntaxRead]:
    """Every call of such a function; `origins` says where imported names come from."""
    local = {wrapper.name: wrapper for wrapper in wrappers}
    names = sorted({*local, *(export.name for export in known)})
    if not names:
        return
    regex = rf"^(await\s+)?([\w$]+(\.|::|->))*({'|'.join(map(re.escape, names))})\s*[(<]"
    for node in find_kinds(root, dialect.call_kinds, regex):
        call = dialect.call(node)
        if call is None:
            continue
        wrapper = local.get(call.method)
        if wrapper is None or not _is_call_of(call, wrapper, constants):
            wrapper = _imported(call, path, known, constants, dialect, origins)
        if wrapper is not None and wrapper.key < len(call.arguments):
            yield _read(call, wrapper, constants)


def _is_call_of(call: Call, wrapper: Wrapper, constants: Constants) -> bool:
    """`get("X")`, `this.get("X")`, `Config.get("X")`; `axios.get("/x")` is somebody else's."""
    owner = call.name.removesuffix(call.method).rstrip(".:")
    if not owner or owner in _OWN or re.fullmatch(r"[A-Z]\w*", owner):
        return True
    return wrapper.is_method and _names_a_variable(call, wrapper, constants)


def _names_a_variable(call: Call, wrapper: Wrapper, constants: Constants) -> bool:
    if wrapper.key >= len(call.arguments):
        return False
    name = constants.variable_name(call.arguments[wrapper.key])
    return isinstance(name, str) and bool(UPPERCASE_NAME.match(name))


def _read(call: Call, wrapper: Wrapper, constants: Constants) -> SyntaxRead:
    facts, at = wrapper.facts, wrapper.default
    if at is not None and at < len(call.arguments):
        facts = with_default(constants.text(call.arguments[at]), facts)
    elif wrapper.default_text is not None:
        facts = with_default(wrapper.default_text, facts)
    else:
        facts = replace(facts, required=wrapper.required_without_default)
    key = call.arguments[wrapper.key]
    return SyntaxRead(call.node, key, wrapper.name, facts, through=wrapper)


def _imported(
    call: Call,
    path: str,
    known: Exports,
    constants: Constants,
    dialect: Dialect,
    origins: dict[str, str],
) -> Wrapper | None:
    head = re.split(r"[.:]+", call.name)[0]
    origin = origins.get(head)
    if origin is None and dialect.same_folder:
        origin = "" if head == call.method else head
    found = None if origin is None else known.find(call.method, origin, path, Wrapper)
    if found is None or found.key >= len(call.arguments):
        return None
    name = constants.variable_name(call.arguments[found.key])
    return None if isinstance(name, str) and not VARIABLE_NAME.match(name) else found


def _function_name(function: SgNode, dialect: Dialect) -> str | None:
    name = function.field("name")
    if name is None:
        kinds = ("simple_identifier", "identifier", "property_identifier")
        heads = function.named_children()[:1] if function.kind() not in dialect.lambdas else []
        name = next((part for part in heads if part.kind() in kinds), None)
    if name is not None:
        return name.text() if re.fullmatch(r"[\w$?!]+", name.text()) else None
    parent = function.parent()
    if parent is None or parent.kind() not in (*dialect.assignments, "pair"):
        return None
    return assigned_name(parent)


def _holder(function: SgNode) -> str:
    parent = function.parent()
    return parent.kind() if parent is not None else ""


def _default(read: SyntaxRead, names: list[str], key: str) -> int | None:
    others = [name for name in names if name != key]
    spelled = read.default.text() if read.default is not None else None
    if spelled in others:
        return names.index(spelled)
    named = next((name for name in others if DEFAULT_PARAMETER.match(name.lstrip("$"))), None)
    if named is None and len(names) == 2 and names[0] == key:
        named = names[1]
    return None if named is None else names.index(named)
