"""Values that can be read off the code: texts, numbers, lists, members of enums."""

import ast
from collections.abc import Callable
from typing import Any

from ..exports import FixedText
from .module import Module, dotted, json_text, shown

_DEEPEST = 8
_LARGEST_BITS = 128
_PATIENCE = 20_000
_ENUM_BASES = frozenset({"Enum", "StrEnum", "IntEnum", "TextChoices", "IntegerChoices"})
_WRAPPING_TYPES = frozenset(
    "str int float bool Path PurePath Decimal SecretStr AnyUrl AnyHttpUrl HttpUrl URL tuple list "
    "frozenset set".split()
)


def literal_text(module: Module, node: ast.expr | None) -> str | None:
    """The text that `node` would be in an env file; `None` for `None` and what is computed."""
    value = literal(module, node)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json_text(value)
    return str(value)


def literal(module: Module, node: ast.expr | None, depth: int = 0) -> object:
    """The Python value of `node` where it is fixed, else `None`."""
    module.patience = module.patience - 1 if depth else _PATIENCE
    if node is None or depth > _DEEPEST or module.patience < 0:
        return None
    match node:
        case ast.Constant():
            return _constant(node.value)
        case ast.List() | ast.Tuple() | ast.Set():
            items = [literal(module, item, depth + 1) for item in node.elts]
            return None if None in items else items
        case ast.UnaryOp(op=ast.USub()):
            value = literal(module, node.operand, depth + 1)
            return -value if isinstance(value, int | float) else None
        case ast.Name() | ast.Attribute():
            return _named(module, node, depth)
    compound = _COMPOUND.get(type(node))
    return compound(module, node, depth) if compound else None


def sequence_texts(module: Module, node: ast.expr) -> list[str] | None:
    """The texts of a fixed list, tuple or set."""
    value = literal(module, node)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return [str(item) for item in value]
    return None


def enum_members(module: Module, node: ast.AST) -> dict[str, str] | None:
    """Names and values of an Enum class of this module."""
    definition = module.classes.get(dotted(node) or "")
    if definition is None:
        return None
    bases = {(module.qualified(base) or "").rpartition(".")[2] for base in definition.bases}
    if not bases & _ENUM_BASES:
        return None
    members: dict[str, str] = {}
    for statement in definition.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            value = literal(module, statement.value)
            if isinstance(value, list) and value:  # Django: value and label
                value = value[0]
            if "StrEnum" in bases and shown(statement.value).endswith("auto()"):
                value = name.lower()
            if isinstance(value, str | int) and not name.startswith("_"):
                members[name] = str(value)
    return members or None


def _constant(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return _printable(value) if isinstance(value, str | bool | int | float) else None


def _dict(module: Module, node: ast.Dict, depth: int) -> object:
    pairs = {}
    for key, item in zip(node.keys, node.values, strict=True):
        name, value = literal(module, key, depth + 1), literal(module, item, depth + 1)
        if not isinstance(name, str) or value is None:
            return None
        pairs[name] = value
    return pairs


def _arithmetic(module: Module, node: ast.BinOp, depth: int) -> object:
    left, right = literal(module, node.left, depth + 1), literal(module, node.right, depth + 1)
    if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
        return left + right
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    match node.op:
        case ast.Add():
            return _printable(left + right)
        case ast.Sub():
            return _printable(left - right)
        case ast.Mult():
            return _printable(left * right)
        case ast.Div() if right:
            return left / right
        case ast.Pow() if 0 <= right <= 64 and abs(left) <= 1024:
            return _printable(left**right)
    return None


def _printable(value: str | float) -> str | float | None:
    """Python refuses to write very long integers, and no variable holds one."""
    is_huge = isinstance(value, int) and value.bit_length() > _LARGEST_BITS
    return None if is_huge else value


def _joined(module: Module, node: ast.JoinedStr, depth: int) -> str | None:
    parts = []
    for part in node.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        value = literal(module, inner, depth + 1)
        if not isinstance(value, str):
            return None
        parts.append(value)
    return "".join(parts)


def _call(module: Module, node: ast.Call, depth: int) -> object:
    """`str(3)`, `Path("x")`, `SecretStr("x")`, `"a".upper()`."""
    if isinstance(node.func, ast.Attribute) and not node.args:
        value = literal(module, node.func.value, depth + 1)
        if isinstance(value, str) and node.func.attr in ("upper", "lower", "strip"):
            return str(getattr(value, node.func.attr)())
    called = (module.qualified(node.func) or "").rpartition(".")[2]
    if called in ("list", "dict") and not node.args and not node.keywords:
        return [] if called == "list" else {}
    if called in _WRAPPING_TYPES and len(node.args) == 1 and not node.keywords:
        return literal(module, node.args[0], depth + 1)
    return None


def _named(module: Module, node: ast.Name | ast.Attribute, depth: int) -> object:
    member = node
    if isinstance(node, ast.Attribute) and node.attr == "value":  # Mode.FAST.value
        member = node.value if isinstance(node.value, ast.Attribute) else node
    if isinstance(member, ast.Attribute) and (members := enum_members(module, member.value)):
        return members.get(member.attr)
    constant = module.constants.get(dotted(node) or "")
    if constant is not None:
        return literal(module, constant, depth + 1)
    return _imported(module, node)


def _imported(module: Module, node: ast.expr) -> str | None:
    """A constant of another module, or of a class there."""
    name = (module.qualified(node) or "").removesuffix(".value") if module.known else ""
    origin, _, last = name.rpartition(".")
    outer, _, owner = origin.rpartition(".")
    for where, what in ((origin, last), (outer, f"{owner}.{last}")):
        found = module.known.find(what, where, module.path, FixedText) if where else None
        if found is not None:
            return found.text
    return None


_COMPOUND: dict[type[ast.expr], Callable[[Module, Any, int], object]] = {
    ast.Dict: _dict,
    ast.BinOp: _arithmetic,
    ast.JoinedStr: _joined,
    ast.Call: _call,
}
