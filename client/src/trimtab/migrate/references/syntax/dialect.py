"""What sets one language apart: its kinds of nodes, its casts, its ways to read a variable."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from ..exports import Wrapper
from ..reference import NOTHING, Cast, Facts

EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """A call in any language: `name` as spelled (`strconv.Atoi`), `method` its last part."""

    node: SgNode
    name: str
    method: str
    arguments: tuple[SgNode, ...]
    receiver: SgNode | None = None


@dataclass(frozen=True, slots=True)
class SyntaxRead:
    """A node whose value is a variable's; `key` is the node that names it, or the names.

    `local` is the name that a destructuring gives to the value.
    """

    node: SgNode
    key: SgNode | tuple[str, ...]
    reader: str
    facts: Facts = NOTHING
    default: SgNode | None = None
    through: Wrapper | None = None
    local: str | None = None


def _no_call(_node: SgNode) -> Call | None:
    return None


def _no_step(_parent: SgNode, _child: SgNode) -> Facts | None:
    return None


def _no_loop(_key: SgNode) -> list[str] | None:
    return None


@dataclass(frozen=True, slots=True)
class Dialect:
    """A language as the search sees it.

    `casts` are functions by name, `methods` say what a method makes of the text (`None`: the
    same text), `transparent` kinds hand their value on unchanged. `special` is asked first about
    every step outwards.
    """

    reads: Callable[[SgNode], Iterator[SyntaxRead]]
    call: Callable[[SgNode], Call | None] = _no_call
    special: Callable[[SgNode, SgNode], Facts | None] = _no_step
    looped: Callable[[SgNode], list[str] | None] = _no_loop
    call_kinds: frozenset[str] = EMPTY
    member_kinds: frozenset[str] = EMPTY
    transparent: frozenset[str] = EMPTY
    binary: frozenset[str] = EMPTY
    unary: frozenset[str] = EMPTY
    ternary: frozenset[str] = EMPTY
    conditions: frozenset[str] = EMPTY
    assignments: frozenset[str] = EMPTY
    functions: frozenset[str] = EMPTY
    lambdas: frozenset[str] = EMPTY
    identifiers: frozenset[str] = EMPTY
    type_casts: frozenset[str] = EMPTY
    casts: Mapping[str, Cast] = field(default_factory=dict)
    methods: Mapping[str, Cast | None] = field(default_factory=dict)
    types: Mapping[str, Cast] = field(default_factory=dict)
    default_methods: frozenset[str] = EMPTY
    required_methods: frozenset[str] = EMPTY
    upper_methods: frozenset[str] = EMPTY
    same_folder: bool = False
