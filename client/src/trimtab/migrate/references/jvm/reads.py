"""`System.getenv`, and Spring's properties, which variables set too."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ast_grep_py import SgNode

from ..reference import NOTHING, Facts, with_default
from ..syntax.dialect import Call, SyntaxRead
from ..syntax.nodes import find_kinds, plain_text, string_text
from ..words import UPPERCASE_NAME
from .conversions import TYPES

CallOf = Callable[[SgNode], Call | None]

GETENV = r"^(java\.lang\.)?System\.getenv\s*\("
_PROPERTY = r"^\w*[eE]nv(ironment)?\.(getProperty|getRequiredProperty)\("
_ENTRIES = frozenset({"get", "getOrDefault", "containsKey"})


def getenv_reads(root: SgNode, call_kind: str, call_of: CallOf) -> Iterator[SyntaxRead]:
    """`System.getenv("X")`, `System.getenv().getOrDefault("X", "d")`."""
    for node in find_kinds(root, [call_kind], GETENV):
        call = call_of(node)
        if call is None or not call.arguments:
            continue
        if call.name.endswith("System.getenv"):
            yield SyntaxRead(node, call.arguments[0], "System.getenv")
        elif call.name.endswith(f"System.getenv().{call.method}") and call.method in _ENTRIES:
            default = call.arguments[1] if len(call.arguments) > 1 else None
            facts = with_default(plain_text(default)) if default else NOTHING
            yield SyntaxRead(node, call.arguments[0], "System.getenv", facts, default)


def property_reads(root: SgNode, call_kind: str, call_of: CallOf) -> Iterator[SyntaxRead]:
    """Spring's `environment.getProperty("app.x", Integer.class, 3)`."""
    for node in find_kinds(root, [call_kind], _PROPERTY):
        call = call_of(node)
        name = string_text(call.arguments[0]) if call and call.arguments else None
        if call is None or not name:
            continue
        facts = Facts(required=call.method == "getRequiredProperty")
        for argument in call.arguments[1:]:
            if argument.kind() in ("class_literal", "callable_reference"):
                facts = replace(facts, cast=TYPES.get(re.split(r"\W", argument.text())[0]))
            else:
                facts = with_default(plain_text(argument), facts)
        yield SyntaxRead(node, (variable_of(name),), call.method, facts)


def variable_of(name: str) -> str:
    """The variable that sets a property, by Spring's rule: `app.voice-id` is `APP_VOICEID`."""
    name = name.strip()
    if UPPERCASE_NAME.match(name):
        return name
    return re.sub(r"[.\[]", "_", re.sub(r"[-\]]", "", name)).upper()
