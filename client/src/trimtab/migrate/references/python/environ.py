"""Reads by the standard library: `os.environ`, `os.getenv`."""

import ast
from collections.abc import Iterator

from ..reference import Facts, with_default
from .literals import literal_text
from .module import Module, shown
from .read import Read, argument

_MAPPINGS = frozenset({"os.environ", "os.environb", "starlette.config.environ"})
_GETTERS = frozenset({"os.getenv", "os.getenvb"})
_METHODS = frozenset({"get", "pop", "setdefault"})


def environ_reads(module: Module) -> Iterator[Read]:
    """Every read of one variable; loops over all of them come from `environ_loops`."""
    for node in module.kinds[ast.Call]:
        yield from _call(module, node)
    for node in module.kinds[ast.Subscript]:
        name = module.qualified(node.value) if isinstance(node.ctx, ast.Load) else None
        if name in _MAPPINGS:
            yield Read(node, node.slice, name, Facts(required=not _guarded(module, node)))
    for node in module.kinds[ast.Compare]:
        asks = isinstance(node.ops[0], ast.In | ast.NotIn)
        name = module.qualified(node.comparators[0]) if asks else None
        if name in _MAPPINGS:
            yield Read(node, node.left, f"in {name}", _presence(module, node))


def environ_loops(module: Module) -> Iterator[ast.expr]:
    """Loops over the whole environment: which variables they mean cannot be told."""
    kinds = module.kinds
    for node in (*kinds[ast.For], *kinds[ast.AsyncFor], *kinds[ast.comprehension]):
        looped = node.iter
        if isinstance(looped, ast.Call) and isinstance(looped.func, ast.Attribute):
            is_whole = looped.func.attr in ("items", "keys", "values", "copy")
            if is_whole and module.qualified(looped.func.value) in _MAPPINGS:
                yield looped
        elif module.qualified(looped) in _MAPPINGS:
            yield looped


def _call(module: Module, call: ast.Call) -> Iterator[Read]:
    name = module.qualified(call.func)
    if name is None:
        return
    owner, _, method = name.rpartition(".")
    if name not in _GETTERS and not (owner in _MAPPINGS and method in _METHODS):
        return
    key = argument(call, 0, "key")
    if key is None:
        return
    default = argument(call, 1, "default")
    is_none = isinstance(default, ast.Constant) and default.value is None
    if default is not None and not is_none:
        facts = with_default(literal_text(module, default))
    else:
        facts = Facts(required=method == "pop" and default is None)
    yield Read(call, key, name, facts, default=default)


def _guarded(module: Module, node: ast.Subscript) -> bool:
    """`if "X" in os.environ: os.environ["X"]` never fails."""
    key = shown(node.slice)
    return any(
        isinstance(up, ast.If) and up.test is not node and key in shown(up.test)
        for up in module.ancestors(node)
    )


def _presence(module: Module, node: ast.Compare) -> Facts:
    """`if "X" not in os.environ: raise` makes the variable required."""
    parent = module.parents.get(node)
    refuses = isinstance(parent, ast.If) and isinstance(parent.body[0], ast.Raise)
    return Facts(required=refuses and isinstance(node.ops[0], ast.NotIn))
