"""What the code around a read does with the text."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from ..reference import NOTHING, Cast, Facts, with_default
from ..words import are_boolean
from .casts import LISTS, SAME_TEXT, call_facts, type_facts
from .literals import enum_members, literal_text, sequence_texts
from .module import Module, dotted, shown

Assignment = ast.Assign | ast.AnnAssign | ast.NamedExpr

_HIGHEST = 16
_COMMON_NAMES = frozenset({"bool", "float", "int", "os", "str"})
_MOST_USES = 64


def read_facts(module: Module, node: ast.expr) -> Facts:
    """Everything said about the value of `node`: around it, and where its variable is used."""
    facts, last, outside = _climb(module, node)
    if isinstance(outside, Assignment):
        for use in _uses(module, outside):
            facts = facts.within(_climb(module, use)[0])
    if not facts.has_default:
        facts = facts.within(_handled(module, last))
    return facts


def _climb(module: Module, node: ast.expr) -> tuple[Facts, ast.AST, ast.AST | None]:
    """Facts of the expressions around `node`, the last of them, and what stands around that."""
    facts = NOTHING
    child: ast.AST = node
    for _ in range(_HIGHEST):
        parent = module.parents.get(child)
        said = None if parent is None else _step(module, parent, child)
        if parent is None or said is None:
            return facts, child, parent
        if isinstance(parent, ast.Call) and said.cast is Cast.BOOL and facts.cast is Cast.INT:
            facts = replace(facts, cast=Cast.BOOL)  # bool(int(x))
        facts = facts.within(said)
        if isinstance(parent, ast.NamedExpr):
            for use in _uses(module, parent):
                facts = facts.within(_climb(module, use)[0])
        child = parent
    return facts, child, None


def _step(module: Module, parent: ast.AST, child: ast.AST) -> Facts | None:
    """What `parent` says about the value that `child` has; `None`: it is another value."""
    match parent:
        case ast.Call():
            return _called(module, parent, child)
        case ast.Attribute(attr=name):
            is_called = isinstance(module.parents.get(parent), ast.Call)
            return NOTHING if is_called and name in SAME_TEXT | LISTS else None
        case ast.BoolOp(op=ast.Or(), values=values):
            return _fallback(module, values, child)
        case ast.IfExp():
            return _conditional(module, parent, child)
        case ast.Compare():
            return _comparison(module, parent, child)
        case ast.Subscript(value=value, slice=index) if index is child:
            members = enum_members(module, value)
            return Facts(cast=Cast.ENUM, enum=tuple(members)) if members else None
        case ast.keyword():
            return _option(module, parent)
        case ast.UnaryOp(op=ast.Not()) | ast.NamedExpr() | ast.Await():
            return NOTHING
        case ast.If() | ast.Assert():
            return _demanded(parent, child)
    return None


def _called(module: Module, call: ast.Call, child: ast.AST) -> Facts | None:
    if call.func is not child:
        return call_facts(module, call) if child in call.args else None
    name = child.attr if isinstance(child, ast.Attribute) else ""
    if name in LISTS:
        return Facts(cast=Cast.LIST)
    return NOTHING if name in SAME_TEXT else None


def _option(module: Module, keyword: ast.keyword) -> Facts | None:
    """`add_argument("--x", default=os.getenv("X"), type=int)`."""
    call = module.parents[keyword]
    name = dotted(call.func) or "" if isinstance(call, ast.Call) else ""
    if keyword.arg != "default" or not name.endswith(("add_argument", "option", "Option")):
        return None
    words = {word.arg: word.value for word in call.keywords}  # type: ignore[attr-defined]
    facts = type_facts(module, words.get("type")) or NOTHING
    choices = sequence_texts(module, words["choices"]) if "choices" in words else None
    return facts.within(Facts(cast=Cast.ENUM, enum=tuple(choices))) if choices else facts


def _fallback(module: Module, values: list[ast.expr], child: ast.AST) -> Facts | None:
    if values[0] is not child:
        return NOTHING
    return _or_nothing(module, values[-1])


def _or_nothing(module: Module, other: ast.expr) -> Facts:
    """`None` is no default."""
    is_none = isinstance(other, ast.Constant) and other.value is None
    return NOTHING if is_none else with_default(literal_text(module, other))


def _conditional(module: Module, parent: ast.IfExp, child: ast.AST) -> Facts | None:
    """`int(x) if x else 3`: the other branch is the default if the test asks for the same."""
    if child is parent.test:
        return None
    other = parent.orelse if child is parent.body else parent.body
    if _names_within(parent.test) & _names_within(child):
        return _or_nothing(module, other)
    return NOTHING


def _names_within(node: ast.AST) -> set[str]:
    """Names and texts: what tells one read from another."""
    parts = list(ast.walk(node))
    names = {part.id for part in parts if isinstance(part, ast.Name)} - _COMMON_NAMES
    return names | {str(part.value) for part in parts if isinstance(part, ast.Constant)}


def _comparison(module: Module, parent: ast.Compare, child: ast.AST) -> Facts | None:
    if len(parent.ops) != 1:
        return None
    operator, other = parent.ops[0], parent.comparators[0]
    if other is child:
        other = parent.left
    if isinstance(operator, ast.Is | ast.IsNot):
        return NOTHING if isinstance(other, ast.Constant) and other.value is None else None
    if isinstance(operator, ast.Eq | ast.NotEq):
        text = literal_text(module, other)
        words = [text] if text is not None and isinstance(other, ast.Constant) else []
    else:
        words = sequence_texts(module, other) or []
    return Facts(cast=Cast.BOOL) if are_boolean(words) else None


def _demanded(parent: ast.If | ast.Assert, child: ast.AST) -> Facts | None:
    """`if not x: raise`, `assert x`."""
    if parent.test is not child:
        return None
    asks_for_absence = isinstance(child, ast.UnaryOp) or _asks_for_none(child)
    if isinstance(parent, ast.Assert):
        return None if asks_for_absence else Facts(required=True)
    fails = asks_for_absence and isinstance(parent.body[0], ast.Raise)
    return Facts(required=True) if fails else None


def _asks_for_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is)


def _uses(module: Module, assignment: Assignment) -> Iterator[ast.expr]:
    """Where the variable that `assignment` fills is used afterwards, in its function."""
    targets = assignment.targets if isinstance(assignment, ast.Assign) else [assignment.target]
    name = dotted(targets[0])
    if name is None or len(targets) != 1:
        return
    function = module.function_of(assignment)
    again = [
        store.lineno
        for store in module.stores[name]
        if store.lineno > assignment.lineno and _reaches(module, function, store)
    ]
    # `x = int(x)` still speaks of this value, what comes after it does not
    last = min(again) if again and "." not in name else None
    for use in sorted(module.loads[name][:_MOST_USES], key=lambda use: use.lineno):
        is_later = use.lineno >= assignment.lineno or function is None
        if is_later and (last is None or use.lineno <= last) and _reaches(module, function, use):
            yield use


def _reaches(module: Module, function: ast.AST | None, use: ast.AST) -> bool:
    return function is None or any(up is function for up in module.ancestors(use))


def _handled(module: Module, node: ast.AST) -> Facts:
    """A read within `try` whose `except` catches a missing variable is not required."""
    tries = [up for up in module.ancestors(node) if isinstance(up, ast.Try)]
    for attempt in tries[:1]:
        for handler in attempt.handlers:
            caught = shown(handler.type) if handler.type else "Exception"
            if any(name in caught for name in ("KeyError", "LookupError", "Exception")):
                return _handler_facts(module, handler)
    return NOTHING


def _handler_facts(module: Module, handler: ast.ExceptHandler) -> Facts:
    if any(isinstance(part, ast.Raise) for part in ast.walk(handler)):
        return NOTHING
    first = handler.body[0]
    value = first.value if isinstance(first, ast.Assign | ast.Return) else None
    return with_default(literal_text(module, value))
