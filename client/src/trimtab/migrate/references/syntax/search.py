"""Search one file of any language that has a dialect."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ast_grep_py import SgNode, SgRoot

from ..exports import Export, Exports, Wrapper
from ..reference import Reference, Source, Unresolved
from ..searched import Searched, WrapperIdentity
from .callers import Callers
from .constants import Constants, NamePattern
from .context import Context
from .dialect import Dialect, SyntaxRead
from .nodes import line_of
from .wrappers import wrapper_of

_MOST_LAYERS = 3


@dataclass(slots=True)
class _Search:
    root: SgNode
    source: Source
    dialect: Dialect
    constants: Constants
    context: Context
    references: list[Reference] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    wrappers: dict[str, Wrapper] = field(default_factory=dict)
    wrapped: list[tuple[str, Unresolved]] = field(default_factory=list)
    called: set[WrapperIdentity] = field(default_factory=set)


def search_tree(
    source: Source,
    root: SgNode,
    known: Exports,
    dialect: Dialect,
    origins: dict[str, str],
) -> Searched:
    """Every read in one parsed file; `origins` says where imported names come from."""
    constants = Constants(root, dialect)
    context = Context(root, dialect, constants)
    search = _Search(root, source, dialect, constants, context)
    for read in dialect.reads(root):
        _note(search, read)
    _follow_wrappers(search, known, origins)
    return Searched(
        references=search.references,
        unresolved=search.unresolved,
        exports=[Export(each.name, source.path, each) for each in search.wrappers.values()],
        wrapped=[((source.path, None, name), place) for name, place in search.wrapped],
        called=search.called,
        partly=broken(root),
    )


def searcher(language: str, dialect: Dialect) -> Callable[[Source, Exports], Searched]:
    """The search of a language whose files import nothing by name."""

    def search(source: Source, known: Exports) -> Searched:
        return search_tree(source, parse(source, language), known, dialect, {})

    return search


def parse(source: Source, language: str) -> SgNode:
    return SgRoot(source.text, language).root()


def broken(root: SgNode) -> str | None:
    """Where the parser lost its way; it goes on behind that, but reads may be missed."""
    error = root.find(kind="ERROR")
    return None if error is None else f"line {line_of(error)} is not understood"


def _note(search: _Search, read: SyntaxRead) -> None:
    names = _names(search, read)
    line = line_of(read.node)
    if isinstance(names, list):
        facts = read.facts.within(search.context.facts(read.node, read.local))
        for name in names:
            variable = read.through.variable(name) if read.through else name
            found = search.source.reference(variable, line, read.reader, facts)
            search.references.append(found)
        return
    spelled = read.key.text() if isinstance(read.key, SgNode) else ", ".join(read.key)
    place = search.source.unresolved(line, spelled)
    wrapper = None
    if names is not None:
        wrapper = wrapper_of(search.source.path, read, names, search.context, search.constants)
    if wrapper is None:
        search.unresolved.append(place)
        return
    before = search.wrappers.get(wrapper.name)
    search.wrappers[wrapper.name] = before.also(wrapper) if before else wrapper
    search.wrapped.append((wrapper.name, place))


def _names(search: _Search, read: SyntaxRead) -> list[str] | NamePattern | None:
    if isinstance(read.key, tuple):
        return list(read.key)
    looped = search.dialect.looped(read.key)
    if looped is not None:
        return looped
    named = search.constants.variable_name(read.key)
    return [named] if isinstance(named, str) else named


def _follow_wrappers(search: _Search, known: Exports, origins: dict[str, str]) -> None:
    """Calls of wrappers, and of wrappers around wrappers."""
    callers = Callers(search.root, search.source.path, known, search.constants, origins)
    done: set[tuple[int, int]] = set()
    for _ in range(_MOST_LAYERS):
        reads = list(callers.reads(search.wrappers.values()))
        places = [(read, _place(read.node)) for read in reads]
        fresh = [read for read, place in places if place not in done]
        done |= {place for _, place in places}
        for read in fresh:
            if read.through is not None:
                search.called.add(read.through.identity)
            _note(search, read)
        if not fresh:
            return


def _place(node: SgNode) -> tuple[int, int]:
    span = node.range()
    return span.start.index, span.end.index
