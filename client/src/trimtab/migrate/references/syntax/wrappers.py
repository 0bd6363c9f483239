"""Functions of a program that read the variable named by a parameter, in any language."""

import re
from dataclasses import replace

from ast_grep_py import SgNode

from ..exports import Wrapper
from ..words import cast_in_name, default_parameter
from .constants import Constants, NamePattern, parameter_default, parameters
from .context import Context, assigned_name
from .dialect import Dialect, SyntaxRead

# `return d`, `?? d`, `|| d`, `or d`, `?: d`, `x ? x : d`, `unwrap_or(d`
_GIVEN_BACK = r"(\breturn|\?\?|\|\||\bor|\?:|\s:|\belse|\bunwrap_or\()\s*\(?{}(?![\w(])"
_METHODS = frozenset({"method_definition", "method_declaration"})
_FAILS = re.compile(r"\b(throw|panic|raise|Fatal\w*|die|exit|abort|expect|unwrap)\b")


def wrapper_of(
    path: str,
    read: SyntaxRead,
    pattern: NamePattern,
    context: Context,
    constants: Constants,
) -> Wrapper | None:
    """The function around `read` as a reader of its own; `None` if it has no name."""
    function, dialect = pattern.function, constants.dialect
    name = _function_name(function, dialect)
    if name is None:
        return None
    names = parameters(function, dialect)
    default = _default(read, function, names, pattern.parameter)
    facts = context.facts(read.node).within(replace(read.facts, default=None))
    if facts.cast is None:
        facts = replace(facts, cast=cast_in_name(name))
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


def _default(read: SyntaxRead, function: SgNode, names: list[str], key: str) -> int | None:
    others = [name for name in names if name != key]
    spelled = read.default.text() if read.default is not None else None
    body = function.text()

    def is_given_back(name: str) -> bool:
        return re.search(_GIVEN_BACK.format(re.escape(name)), body) is not None

    found = spelled if spelled in others else default_parameter(others, is_given_back)
    return None if found is None else names.index(found)
