"""Fixed values in one file: what a name, a string or a small expression stands for."""

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from ..words import VARIABLE_NAME
from .dialect import Dialect
from .nodes import ancestors, find_kinds, name_of, operator_of, plain_text, string_text

_DEEPEST = 6
_SAME_TEXT = frozenset("to_string into to_owned to_s freeze toString String::from String".split())
_LISTS = frozenset({"array", "array_creation_expression", "string_array", "slice"})


@dataclass(frozen=True, slots=True)
class NamePattern:
    """The name of a variable made from a parameter of the function around."""

    function: SgNode
    parameter: str
    prefix: str = ""
    suffix: str = ""
    upper: bool = False


class Constants:
    """What is fixed in one file, looked up only when a read needs it."""

    def __init__(self, root: SgNode, dialect: Dialect) -> None:
        self._root = root
        self.dialect = dialect
        self._assigned: dict[str, SgNode | None] | None = None

    def text(self, node: SgNode | None, depth: int = 0) -> str | None:
        """The text that `node` would be in an env file, `None` if it is computed."""
        if node is None or depth > _DEEPEST:
            return None
        kind = node.kind()
        plain = plain_text(node)
        if plain is not None:
            return plain
        if kind in self.dialect.identifiers or kind in self.dialect.member_kinds:
            return self.text(self._constant(name_of(node)), depth + 1)
        if kind in _LISTS:
            return self._list_text(node, depth)
        if kind in self.dialect.lambdas or kind in self.dialect.transparent:
            parts = node.named_children()
            return self.text(parts[-1], depth + 1) if parts else None
        if kind in self.dialect.call_kinds and (call := self.dialect.call(node)) is not None:
            if call.name in _SAME_TEXT and call.arguments:
                return self.text(call.arguments[0], depth + 1)
            if call.method in _SAME_TEXT and call.receiver is not None:
                return self.text(call.receiver, depth + 1)
        return None

    def variable_name(self, node: SgNode) -> str | NamePattern | None:
        """The name of the variable that `node` means."""
        parts = self._parts(node, 0)
        if parts is None:
            return None
        patterns = [part for part in parts if isinstance(part, NamePattern)]
        if not patterns:
            return "".join(part for part in parts if isinstance(part, str)) or None
        if len(patterns) > 1:
            return None
        pattern, at = patterns[0], parts.index(patterns[0])
        before = "".join(part for part in parts[:at] if isinstance(part, str))
        after = "".join(part for part in parts[at + 1 :] if isinstance(part, str))
        if pattern.upper and (before + after) != (before + after).upper():
            return None
        return NamePattern(pattern.function, pattern.parameter, before, after, pattern.upper)

    def _parts(self, node: SgNode, depth: int) -> list[str | NamePattern] | None:
        kind, dialect = node.kind(), self.dialect
        if depth > _DEEPEST:
            return None
        if (text := string_text(node)) is not None:
            return [text]
        if kind in dialect.identifiers:
            parameter = self._parameter(node)
            return [parameter] if parameter else self._constant_parts(node)
        if kind in dialect.member_kinds:
            return self._constant_parts(node)
        if "string" in kind or (kind in dialect.binary and operator_of(node) in ("+", ".")):
            return self._joined(node, depth)
        if kind in dialect.transparent or kind.endswith(("substitution", "interpolation")):
            inner = node.named_children()
            return self._parts(inner[0], depth + 1) if len(inner) == 1 else None
        if kind in dialect.call_kinds and (call := dialect.call(node)) is not None:
            inner_node = call.receiver or (call.arguments[0] if call.arguments else None)
            if call.method in dialect.upper_methods and inner_node is not None:
                return self._in_capitals(self._parts(inner_node, depth + 1))
        return None

    def _constant_parts(self, node: SgNode) -> list[str | NamePattern] | None:
        text = self.text(node)
        return [text] if text else None

    def _joined(self, node: SgNode, depth: int) -> list[str | NamePattern] | None:
        """Parts of an interpolated string or of a sum."""
        parts: list[str | NamePattern] = []
        for child in node.named_children():
            if child.kind().endswith(("fragment", "content")):
                parts.append(child.text())
            elif child.kind() == "interpolation_start":
                continue
            else:
                inner = self._parts(child, depth + 1)
                if inner is None:
                    return None
                parts.extend(inner)
        return parts

    def _in_capitals(self, parts: list[str | NamePattern] | None) -> list[str | NamePattern] | None:
        if parts is None or len(parts) != 1:
            return None
        part = parts[0]
        if isinstance(part, str):
            return [part.upper()]
        return [NamePattern(part.function, part.parameter, part.prefix, part.suffix, upper=True)]

    def _parameter(self, node: SgNode) -> NamePattern | None:
        name = node.text()
        for up in ancestors(node):
            if up.kind() in self.dialect.functions and name in parameters(up, self.dialect):
                return NamePattern(up, name)
        return None

    def _list_text(self, node: SgNode, depth: int) -> str | None:
        items = [self.text(item, depth + 1) for item in node.named_children()]
        known = [item for item in items if item is not None]
        return ",".join(known) if len(known) == len(items) else None

    def _constant(self, name: str) -> SgNode | None:
        if self._assigned is None:
            self._assigned = self._collect()
        return self._assigned.get(re.split(r"[.:]+", name)[-1])

    def _collect(self) -> dict[str, SgNode | None]:
        """Values of names that are assigned exactly once."""
        found: dict[str, SgNode | None] = {}
        for node in find_kinds(self._root, self.dialect.assignments):
            children = node.named_children()
            target = node.field("name") or node.field("left") or node.field("pattern")
            name = re.split(r"[\s:,]", (target or children[0]).text())[0]
            if len(children) > 1 and VARIABLE_NAME.match(name.lstrip("$@")):
                found[name] = None if name in found else children[-1]
        return found


def parameter_default(function: SgNode, name: str, constants: Constants) -> str | None:
    """What the signature gives a parameter: `"x"` in `(name, fallback = "x")`."""
    for part in _parameter_nodes(function):
        children = part.named_children()
        if len(children) > 1 and children[0].text().partition(":")[0] == name:
            return constants.text(children[-1])
    return None


def parameters(function: SgNode, dialect: Dialect) -> list[str]:
    """Names of the parameters of a function, in order."""
    names: list[str] = []
    for part in _parameter_nodes(function):
        if part.kind() in dialect.identifiers:
            names.append(part.text())
            continue
        inner = [child for child in part.named_children() if child.kind() in dialect.identifiers]
        typed = part.field("name") or part.field("pattern")
        if typed is not None and typed.kind() in dialect.identifiers and len(inner) <= 1:
            names.append(typed.text())
        else:
            names.extend(child.text() for child in inner)
    return names


def _parameter_nodes(function: SgNode) -> list[SgNode]:
    holder = function.field("parameters") or function.field("parameter")
    if holder is None:
        kinds = ("parameters", "lambda_parameters", "function_value_parameters")
        holder = next((part for part in function.children() if part.kind() in kinds), None)
    if holder is None:
        return []
    return holder.named_children() or [holder]
