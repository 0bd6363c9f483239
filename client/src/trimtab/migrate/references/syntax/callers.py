"""Calls of functions that read variables for others, in any language."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from ..exports import Exports, Wrapper
from ..reference import with_default
from ..words import UPPERCASE_NAME, VARIABLE_NAME
from .constants import Constants
from .dialect import Call, SyntaxRead
from .nodes import find_kinds

_OWN = frozenset({"this", "self", "Self", "$this", "static"})


class Callers:
    """Finds the calls in one file; `origins` says where imported names come from."""

    def __init__(
        self,
        root: SgNode,
        path: str,
        known: Exports,
        constants: Constants,
        origins: dict[str, str],
    ) -> None:
        self._root = root
        self._path = path
        self._known = known
        self._constants = constants
        self._dialect = constants.dialect
        self._origins = origins

    def reads(self, wrappers: Iterable[Wrapper]) -> Iterator[SyntaxRead]:
        """Every call of `wrappers`, which are of this file, and of what other files offer."""
        local = {wrapper.name: wrapper for wrapper in wrappers}
        names = sorted({*local, *(export.name for export in self._known)})
        if not names:
            return
        spelled = "|".join(map(re.escape, names))
        regex = rf"^([\w$]+(\.|::|->))*({spelled})\s*[(<]"
        for node in find_kinds(self._root, self._dialect.call_kinds, regex):
            call = self._dialect.call(node)
            wrapper = self._called(call, local) if call is not None else None
            if call is not None and wrapper is not None:
                yield self._read(call, wrapper)

    def _called(self, call: Call, local: dict[str, Wrapper]) -> Wrapper | None:
        wrapper = local.get(call.method)
        if wrapper is None or not self._is_own(call, wrapper):
            wrapper = self._imported(call)
        return wrapper if wrapper is not None and wrapper.key < len(call.arguments) else None

    def _is_own(self, call: Call, wrapper: Wrapper) -> bool:
        """`get("X")`, `this.get("X")`, `Config.get("X")`; `axios.get("/x")` is another's."""
        owner = call.name.removesuffix(call.method).rstrip(".:")
        if not owner or owner in _OWN or re.fullmatch(r"[A-Z]\w*", owner):
            return True
        name = self._name(call, wrapper)
        return wrapper.is_method and isinstance(name, str) and bool(UPPERCASE_NAME.match(name))

    def _imported(self, call: Call) -> Wrapper | None:
        head = re.split(r"[.:]+", call.name)[0]
        origin = self._origins.get(head)
        if origin is None and self._dialect.same_folder:
            origin = "" if head == call.method else head
        if origin is None:
            return None
        found = self._known.find(call.method, origin, self._path, Wrapper)
        name = self._name(call, found) if found else None
        return None if isinstance(name, str) and not VARIABLE_NAME.match(name) else found

    def _name(self, call: Call, wrapper: Wrapper) -> object:
        if wrapper.key >= len(call.arguments):
            return None
        return self._constants.variable_name(call.arguments[wrapper.key])

    def _read(self, call: Call, wrapper: Wrapper) -> SyntaxRead:
        facts, at = wrapper.facts, wrapper.default
        default = None if at is None else next(iter(call.arguments[at : at + 1]), None)
        if default is not None:
            facts = with_default(self._constants.text(default), facts)
        elif wrapper.default_text is not None:
            facts = with_default(wrapper.default_text, facts)
        else:
            facts = replace(facts, required=wrapper.required_without_default)
        key = call.arguments[wrapper.key]
        return SyntaxRead(call.node, key, wrapper.name, facts, default, through=wrapper)
