"""Options of click and typer that fall back to a variable: `envvar="X"`."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..reference import NOTHING, Facts, with_default
from .annotations import annotation_facts
from .casts import number, type_facts
from .literals import literal, literal_text, sequence_texts
from .module import FunctionNode, Module
from .read import Read, argument
from .variable_names import variable_names


def option_reads(module: Module) -> Iterator[Read]:
    """Every option with `envvar=`, with the type, range and default it declares."""
    for node in module.kinds[ast.Call]:
        if (key := argument(node, None, "envvar")) is None:
            continue
        name = module.qualified(node.func) or ""
        if not name.startswith(("click.", "typer.")):
            continue
        several = sequence_texts(module, key)
        names = several if several is not None else variable_names(module, key)
        found = tuple(names) if isinstance(names, list) else key
        yield Read(node, found, f"{name.partition('.')[0]} envvar", _facts(module, node, name))


def _facts(module: Module, call: ast.Call, name: str) -> Facts:
    facts = type_facts(module, argument(call, None, "type")) or NOTHING
    facts = facts.within(Facts(min=_number(module, call, "min"), max=_number(module, call, "max")))
    default = argument(call, None, "default")
    if literal(module, argument(call, None, "is_flag")) is True:
        facts = facts.within(type_facts(module, ast.Name("bool")) or NOTHING)
    if name.startswith("typer."):
        parameter, declared = _parameter(module, call)
        if parameter is not None:
            facts = facts.within(annotation_facts(module, parameter.annotation))
        default = declared if declared is not None else default or argument(call, 0)
    if default is None or (isinstance(default, ast.Constant) and default.value in (None, ...)):
        return replace(facts, required=literal(module, argument(call, None, "required")) is True)
    return with_default(literal_text(module, default), facts)


def _number(module: Module, call: ast.Call, name: str) -> float | None:
    return number(module, argument(call, None, name))


def _parameter(module: Module, call: ast.Call) -> tuple[ast.arg | None, ast.expr | None]:
    """The parameter that the option describes, and its default where it is apart from it."""
    for up in module.ancestors(call):
        if isinstance(up, FunctionNode):
            arguments = up.args
            ordered = [*arguments.posonlyargs, *arguments.args]
            defaults = dict(zip(reversed(ordered), reversed(arguments.defaults), strict=False))
            defaults |= {
                arg: value
                for arg, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                if value is not None
            }
            for parameter in (*ordered, *arguments.kwonlyargs):
                if defaults.get(parameter) is call:
                    return parameter, None
                if parameter.annotation and call in ast.walk(parameter.annotation):
                    return parameter, defaults.get(parameter)
    return None, None
