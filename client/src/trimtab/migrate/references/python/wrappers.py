"""Functions of the program itself that read the variable named by a parameter."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..exports import Exports, Wrapper
from ..reference import NOTHING, Cast, Facts, with_default
from ..words import cast_in_name, default_parameter
from .annotations import annotation_facts
from .casts import type_facts
from .context import read_facts
from .literals import literal_text
from .module import FunctionNode, Module, dotted
from .read import Read, argument
from .variable_names import ParameterName, parameter_names

_CAST_PARAMETERS = frozenset({"cast", "type", "type_", "kind", "converter", "cast_type", "to"})


def wrapper_of(module: Module, read: Read, name: ParameterName) -> Wrapper | None:
    """The function around `read` as a reader of its own; `None` if it has no name."""
    function = name.function
    called, owner = _name(module, function)
    if called is None:
        return None
    parameters = parameter_names(function)
    offset = 1 if owner and parameters[:1] in (["self"], ["cls"]) else 0
    default_name = _default_parameter(read, function, parameters[offset:], name.parameter)
    facts = read_facts(module, read.node).within(replace(read.facts, default=None))
    if facts.cast is None:
        facts = facts.within(_returned(module, function))
    if facts.cast is None:
        facts = replace(facts, cast=cast_in_name(called))
    raises = any(isinstance(part, ast.Raise) for part in ast.walk(function))
    wrapper = Wrapper(
        path=module.path,
        name=called,
        owner=owner,
        key=parameters.index(name.parameter) - offset,
        key_name=name.parameter,
        prefix=f"{read.prefix}{name.prefix}",
        suffix=name.suffix,
        upper=name.upper,
        default=None if default_name is None else parameters.index(default_name) - offset,
        default_name=default_name,
        default_text=_signature_default(module, function, default_name),
        cast_name=next((each for each in parameters if each in _CAST_PARAMETERS), None),
        required_without_default=raises or facts.required,
        facts=replace(facts, required=False, default=None, has_default=False),
    )
    return wrapper.around(read.through) if read.through else wrapper


def wrapper_reads(module: Module, wrappers: Iterable[Wrapper], known: Exports) -> Iterator[Read]:
    """Every call of such a function, of this module or imported."""
    local = {(wrapper.owner, wrapper.name): wrapper for wrapper in wrappers}
    if not local and not known:
        return
    for node in module.kinds[ast.Call]:
        if (name := module.qualified(node.func)) is None:
            continue
        origin, _, last = name.rpartition(".")
        wrapper = local.get((None, name)) or _method(module, node, origin, last, local)
        if wrapper is None and origin and module.is_imported(node.func):
            wrapper = known.find(last, origin, module.path, Wrapper)
        if wrapper is not None and (read := _call(module, node, wrapper)) is not None:
            yield read


def _call(module: Module, call: ast.Call, wrapper: Wrapper) -> Read | None:
    key = argument(call, wrapper.key, wrapper.key_name)
    if key is None:
        return None
    facts = wrapper.facts
    if wrapper.cast_name:
        given = argument(call, None, wrapper.cast_name)
        facts = facts.within(type_facts(module, given) or NOTHING)
    default = _given_default(call, wrapper)
    is_none = isinstance(default, ast.Constant) and default.value is None
    if default is not None and not is_none:
        facts = with_default(literal_text(module, default), facts)
    elif default is None and wrapper.default_text is not None:
        facts = with_default(wrapper.default_text, facts)
    else:
        facts = replace(facts, required=wrapper.required_without_default and default is None)
    return Read(call, key, wrapper.name, facts, default=default, through=wrapper)


def _given_default(call: ast.Call, wrapper: Wrapper) -> ast.expr | None:
    if wrapper.default is None or wrapper.default_name is None:
        return None
    return argument(call, wrapper.default, wrapper.default_name)


def _method(
    module: Module,
    call: ast.Call,
    origin: str,
    last: str,
    local: dict[tuple[str | None, str], Wrapper],
) -> Wrapper | None:
    """`self.get("X")` within the class, `Config.get("X")` anywhere in the module."""
    if origin in module.classes:
        return local.get((origin, last))
    if origin in ("self", "cls"):
        owner = next((up for up in module.ancestors(call) if isinstance(up, ast.ClassDef)), None)
        return local.get((owner.name, last)) if owner else None
    made = module.constants.get(origin)  # settings = Config()
    made_by = dotted(made.func) if isinstance(made, ast.Call) else None
    return local.get((made_by, last)) if made_by else None


def _name(module: Module, function: FunctionNode) -> tuple[str | None, str | None]:
    """The name of a function, and of its class if it is a method."""
    parent = module.parents.get(function)
    if isinstance(function, ast.Lambda):
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            return parent.targets[0].id, None
        return None, None
    return function.name, parent.name if isinstance(parent, ast.ClassDef) else None


def _default_parameter(
    read: Read, function: FunctionNode, parameters: list[str], key: str
) -> str | None:
    spelled = dotted(read.default) if read.default is not None else None
    if spelled in parameters and spelled != key:
        return spelled
    given_back = {
        value.id
        for part in ast.walk(function)
        for value in _outcomes(part)
        if isinstance(value, ast.Name)
    }
    others = [name for name in parameters if name != key and name not in _CAST_PARAMETERS]
    return default_parameter(others, lambda name: name in given_back)


def _outcomes(node: ast.AST) -> list[ast.expr]:
    """What an expression or a statement can give back instead of the variable."""
    match node:
        case ast.Return(value=ast.expr() as value):
            return [value]
        case ast.IfExp():
            return [node.body, node.orelse]
        case ast.BoolOp():
            return node.values
    return []


def _signature_default(module: Module, function: FunctionNode, name: str | None) -> str | None:
    arguments = function.args
    ordered = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(ordered), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return next((literal_text(module, value) for arg, value in pairs if arg.arg == name), None)


def _returned(module: Module, function: FunctionNode) -> Facts:
    """`-> int` on a function that reads a variable says what it becomes."""
    returns = None if isinstance(function, ast.Lambda) else function.returns
    cast = annotation_facts(module, returns).cast
    is_sure = cast in (Cast.INT, Cast.FLOAT, Cast.BOOL, Cast.PATH)
    return Facts(cast=cast) if is_sure else NOTHING
