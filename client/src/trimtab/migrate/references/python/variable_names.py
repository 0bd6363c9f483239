"""Which variables an expression names: fixed, looped over, or made from a parameter."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .literals import literal, sequence_texts
from .module import FunctionNode, Module


@dataclass(frozen=True, slots=True)
class ParameterName:
    """The name of the variable is a parameter, perhaps with something around it."""

    function: FunctionNode
    parameter: str
    prefix: str = ""
    suffix: str = ""
    upper: bool = False


def variable_names(module: Module, node: ast.expr) -> list[str] | ParameterName | None:
    """The names of variables that `node` can mean; `None` if only the running program knows."""
    parameter = _parameter(module, node)
    if parameter is not None:
        return parameter
    value = literal(module, node)
    if isinstance(value, str) and value:
        return [value]
    looped = _looped_over(module, node)
    return looped or None


def imported_names(module: Module, node: ast.expr) -> set[str]:
    """Names from other modules that an expression is made of."""
    names = (module.qualified(part) or "" for part in ast.walk(node))
    return {name.removesuffix(".value").rpartition(".")[2] for name in names if "." in name}


def _parameter(module: Module, node: ast.expr) -> ParameterName | None:
    """`name`, `name.upper()`, `f"APP_{name}"`, `PREFIX + name`."""
    match node:
        case ast.Name():
            function = _function_with(module, node)
            return ParameterName(function, node.id) if function else None
        case ast.Call(func=ast.Attribute(value=inner, attr="upper"), args=[]):
            found = _parameter(module, inner)
            if found is None:
                return None
            return ParameterName(
                found.function, found.parameter, found.prefix.upper(), found.suffix.upper(), True
            )
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _around(module, [left, right])
        case ast.JoinedStr(values=values):
            parts = [
                part.value if isinstance(part, ast.FormattedValue) else part for part in values
            ]
            return _around(module, parts)
    return None


def _around(module: Module, parts: list[ast.expr]) -> ParameterName | None:
    found: ParameterName | None = None
    before, after = "", ""
    for part in parts:
        parameter = _parameter(module, part)
        text = None if parameter else literal(module, part)
        if parameter is not None and found is None:
            found = parameter
        elif isinstance(text, str):
            before, after = (before, after + text) if found else (before + text, after)
        else:
            return None
    if found is None:
        return None
    prefix, suffix = before + found.prefix, found.suffix + after
    # `upper()` inside the text does not reach what stands around it
    if found.upper and (prefix + suffix) != (prefix + suffix).upper():
        return None
    return ParameterName(found.function, found.parameter, prefix, suffix, found.upper)


def _function_with(module: Module, node: ast.Name) -> FunctionNode | None:
    for up in module.ancestors(node):
        if isinstance(up, FunctionNode) and node.id in parameter_names(up):
            return up
    return None


def parameter_names(function: FunctionNode) -> list[str]:
    arguments = function.args
    everything = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return [argument.arg for argument in everything]


def _looped_over(module: Module, node: ast.expr) -> list[str] | None:
    """`for key in ("A", "B"): os.environ[key]`, in a loop or a comprehension."""
    if not isinstance(node, ast.Name):
        return None
    for up in module.ancestors(node):
        for target, sequence in _loops(up):
            if isinstance(target, ast.Name) and target.id == node.id:
                return sequence_texts(module, sequence)
    return None


def _loops(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.For):
        yield node.target, node.iter
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        for generator in node.generators:
            yield generator.target, generator.iter
