"""What the code around a read does with the text, in any language."""

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from ..reference import NOTHING, Cast, Facts, with_default
from ..words import BOOLEAN_FUNCTIONS, are_boolean
from .constants import Constants
from .dialect import Call, Dialect
from .nodes import ancestors, find_kinds, name_of, operator_of

_STEPS = 16
_MOST_STEPS = 20_000  # in one file; a step takes longer the deeper the tree
_MOST_USES = 32
_FALLBACKS = frozenset({"??", "||", "or", "?:"})
_EQUALITIES = frozenset({"==", "===", "!=", "!==", "=", "eq", "ne", "-eq", "<>"})
_MISSING = re.compile(r"(null|nil|undefined|None|\"\"|''|NULL|string\.Empty|String\.Empty)\Z")
_NOTHINGS = frozenset({"null", "nil", "undefined", "None", "NULL"})
_FAILS = re.compile(
    r"\b(throw|panic|raise|Fatal|Fatalf|Fatalln|die|exit|abort|fail|error|errors\.New|Errorf)\b"
)
_NAME = re.compile(r"[$@]?[A-Za-z_][\w$]*(\.[A-Za-z_]\w*)*\Z")
_WORDS = re.compile(r"\w{2,}")


class Context:
    """Asks what is done with values in one file."""

    def __init__(self, root: SgNode, dialect: Dialect, constants: Constants) -> None:
        self._root = root
        self._dialect = dialect
        self._constants = constants
        self._patience = _MOST_STEPS

    def facts(self, node: SgNode, local: str | None = None) -> Facts:
        """Everything said about the value of `node`, and about the name it is given."""
        facts, last, outside = self._climb(node)
        if local is None and outside is not None and outside.kind() in self._dialect.assignments:
            local = assigned_name(outside)
        for use in self._uses(last, local) if local and "." not in local else ():
            facts = facts.within(self._climb(use)[0])
            facts = facts.within(self._filled(use))
        return facts

    def function_of(self, node: SgNode) -> SgNode | None:
        functions = self._dialect.functions
        return next((up for up in ancestors(node) if up.kind() in functions), None)

    def _climb(self, node: SgNode) -> tuple[Facts, SgNode, SgNode | None]:
        facts, child = NOTHING, node
        for _ in range(_STEPS):
            self._patience -= 1
            parent = child.parent() if self._patience > 0 else None
            said = None if parent is None else self._step(parent, child)
            if parent is None or said is None:
                return facts, child, parent
            facts, child = facts.within(said), parent
        return facts, child, None

    def _step(self, parent: SgNode, child: SgNode) -> Facts | None:
        kind, dialect = parent.kind(), self._dialect
        said = dialect.special(parent, child)
        if said is not None:
            return said
        if kind in dialect.transparent:
            return NOTHING
        if kind in dialect.call_kinds and (call := dialect.call(parent)) is not None:
            return self._call(call, child)
        if kind in dialect.member_kinds:
            return self._member(parent, child)
        if kind in dialect.binary:
            return self._binary(parent, child)
        if kind in dialect.unary:
            return Facts(cast=Cast.FLOAT) if parent.text().startswith("+") else NOTHING
        if kind in dialect.ternary:
            return self._ternary(parent, child)
        if kind in dialect.type_casts:
            named = parent.field("type") or parent.named_children()[0]
            cast = dialect.types.get(name_of(named))
            return Facts(cast=cast) if cast else None
        return self._condition(parent, child) if kind in dialect.conditions else None

    def _call(self, call: Call, child: SgNode) -> Facts | None:
        dialect = self._dialect
        if call.receiver is not None and child == call.receiver:
            return self._method(call)
        if any(child == each for each in call.arguments) or child.kind().endswith("arguments"):
            return self._argument(call)
        if child.kind() in dialect.member_kinds or child.kind() == "generic_function":
            return self._method(call)
        return self._argument(call)

    def _argument(self, call: Call) -> Facts | None:
        cast = self._dialect.casts.get(call.name) or self._dialect.casts.get(call.method)
        if cast is not None:
            return Facts(cast=cast)
        return Facts(cast=Cast.BOOL) if BOOLEAN_FUNCTIONS.search(call.name) else None

    def _method(self, call: Call) -> Facts | None:
        dialect, method = self._dialect, call.method
        if method in dialect.default_methods:
            first = call.arguments[-1] if call.arguments else None
            return with_default(self._constants.text(first))
        if method in dialect.required_methods:
            return Facts(required=True)
        if method not in dialect.methods:
            return None
        return Facts(cast=dialect.methods[method])

    def _member(self, parent: SgNode, child: SgNode) -> Facts | None:
        dialect = self._dialect
        method = re.split(r"\W+", name_of(parent))[-1]
        known = (dialect.methods.keys(), dialect.default_methods, dialect.required_methods)
        return NOTHING if any(method in names for names in known) else None

    def _binary(self, parent: SgNode, child: SgNode) -> Facts | None:
        parts = parent.named_children()
        operator = operator_of(parent)
        is_left = child == parts[0]
        other = parts[-1] if is_left else parts[0]
        if operator in _FALLBACKS:
            if not is_left:
                return NOTHING
            if "throw" in other.kind() or _FAILS.match(other.text()):
                return Facts(required=True)
            if other.text() in _NOTHINGS:
                return NOTHING
            return with_default(self._constants.text(other))
        if operator in _EQUALITIES:
            if _MISSING.match(other.text()):
                return NOTHING
            text = self._constants.text(other)
            return Facts(cast=Cast.BOOL) if text is not None and are_boolean([text]) else None
        return None

    def _ternary(self, parent: SgNode, child: SgNode) -> Facts | None:
        parts = parent.named_children()
        condition = parent.field("condition") or parts[0]
        if child == condition:
            return None
        other = parts[-1] if child != parts[-1] else parts[-2]
        if other.text() in _NOTHINGS:
            return NOTHING
        asked = set(_WORDS.findall(condition.text())) & set(_WORDS.findall(child.text()))
        return with_default(self._constants.text(other)) if asked else NOTHING

    def _condition(self, parent: SgNode, child: SgNode) -> Facts | None:
        """`if (!x) throw ...`: the program fails without the variable."""
        if child != (parent.field("condition") or parent.named_children()[0]):
            return None
        asks_for_absence = re.match(r"\(*\s*(!|not\b)", child.text()) or _MISSING.search(
            child.text().rstrip(")")
        )
        if not asks_for_absence and not parent.kind().startswith("unless"):
            return None
        then = parent.field("consequence") or parent.field("body") or parent.named_children()[-1]
        return Facts(required=True) if _FAILS.search(then.text()[:400]) else None

    def _uses(self, value: SgNode, name: str) -> Iterator[SgNode]:
        """Where the name that `value` is given is used afterwards in the same function."""
        scope = self.function_of(value) or self._root
        found = find_kinds(scope, self._dialect.identifiers, f"^{re.escape(name)}$")
        after = value.range().end
        for use in found[:_MOST_USES]:
            start = use.range().start
            if (start.line, start.column) >= (after.line, after.column):
                yield use

    def _filled(self, use: SgNode) -> Facts:
        """`if v == "" { v = "3" }`: a default given later."""
        assignment = next(
            (up for up, _ in zip(ancestors(use), range(2), strict=False) if self._assigns(up, use)),
            None,
        )
        if assignment is None:
            return NOTHING
        for up in ancestors(assignment):
            if up.kind() in self._dialect.conditions:
                tested = up.text()[: 1 + up.text().find("{")]
                if re.search(rf"\b{re.escape(use.text().lstrip('$'))}\b", tested):
                    return with_default(self._constants.text(assignment.named_children()[-1]))
            if up.kind() in self._dialect.functions:
                break
        return NOTHING

    def _assigns(self, node: SgNode, use: SgNode) -> bool:
        return node.kind() in self._dialect.assignments and assigned_name(node) == use.text()


def assigned_name(node: SgNode) -> str | None:
    """The first name that an assignment or declaration fills."""
    target = (
        node.field("name")
        or node.field("left")
        or node.field("pattern")
        or node.named_children()[0]
    )
    name = target.text().partition(",")[0].partition(":")[0].strip()
    name = name.removeprefix("mut ")
    return name if _NAME.match(name) else None
