"""Search one Python file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..exports import Export, Exports, FixedText, Wrapper
from ..reference import Reference, Source, Unresolved
from ..searched import Searched, WrapperIdentity
from .command_options import option_reads
from .context import read_facts
from .environ import environ_loops, environ_reads
from .literals import literal
from .module import Module, parse_module, shown
from .read import Read
from .readers import library_reads
from .settings_classes import settings_references
from .settings_naming import settings_naming
from .variable_names import ParameterName, imported_names, variable_names
from .wrappers import wrapper_of, wrapper_reads

_MOST_LAYERS = 3


@dataclass(slots=True)
class _Search:
    module: Module
    source: Source
    references: list[Reference] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    wrappers: dict[tuple[str | None, str], Wrapper] = field(default_factory=dict)
    wrapped: list[tuple[tuple[str | None, str], Unresolved]] = field(default_factory=list)
    called: set[WrapperIdentity] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)


def search_python(source: Source, known: Exports) -> Searched:
    """Every read in one file, and what it offers to others.

    Raises SyntaxError, ValueError, RecursionError or MemoryError where Python cannot parse it.
    """
    module = parse_module(source.path, source.text, known)
    search = _Search(module, source)
    for read in (*environ_reads(module), *library_reads(module), *option_reads(module)):
        _note(search, read)
    _follow_wrappers(search, known)
    search.references.extend(settings_references(module, source, known))
    for loop in environ_loops(module):
        search.unresolved.append(source.unresolved(loop.lineno, f"for ... in {shown(loop)}"))
    return Searched(
        references=search.references,
        unresolved=search.unresolved,
        exports=list(_exports(search, known)),
        wrapped=[((source.path, *name), place) for name, place in search.wrapped],
        called=search.called,
        wanted=search.wanted,
    )


def fixed_texts(source: Source, wanted: set[str]) -> list[Export]:
    """Constants of one file that others want to know; raises as `search_python` does."""
    module = parse_module(source.path, source.text, Exports())
    found = []
    for name, value in module.constants.items():
        if name.rpartition(".")[2] in wanted and not name.startswith(("self.", "cls.")):
            text = literal(module, value)
            if isinstance(text, str):
                found.append(Export(name, source.path, FixedText(text)))
    return found


def _note(search: _Search, read: Read) -> None:
    module, source, line = search.module, search.source, read.node.lineno
    if isinstance(read.key, tuple):
        names: list[str] | ParameterName | None = list(read.key)
        place = source.unresolved(line, ", ".join(read.key))
    else:
        names = variable_names(module, read.key)
        place = source.unresolved(line, shown(read.key))
    if isinstance(names, list):
        facts = read.facts.within(read_facts(module, read.node))
        for name in names:
            variable = read.through.variable(name) if read.through else f"{read.prefix}{name}"
            search.references.append(source.reference(variable, line, read.reader, facts))
        return
    wrapper = wrapper_of(module, read, names) if names else None
    if wrapper is None:
        search.unresolved.append(place)
        if isinstance(read.key, ast.expr):
            search.wanted |= imported_names(module, read.key)
        return
    identity = (wrapper.owner, wrapper.name)
    before = search.wrappers.get(identity)
    search.wrappers[identity] = before.also(wrapper) if before else wrapper
    search.wrapped.append((identity, place))


def _follow_wrappers(search: _Search, known: Exports) -> None:
    """Calls of wrappers, and of wrappers around wrappers."""
    done: set[ast.expr] = set()
    for _ in range(_MOST_LAYERS):
        reads = wrapper_reads(search.module, list(search.wrappers.values()), known)
        found = [read for read in reads if read.node not in done]
        for read in found:
            done.add(read.node)
            if read.through is not None:
                search.called.add(read.through.identity)
            _note(search, read)
        if not found:
            return


def _exports(search: _Search, known: Exports) -> Iterator[Export]:
    path = search.source.path
    for wrapper in search.wrappers.values():
        if wrapper.owner is None:
            yield Export(wrapper.name, path, wrapper)
    for name, meaning in search.module.names.items():
        if meaning.endswith("()") and "." not in name:
            yield Export(name, path, meaning)
    for definition in search.module.classes.values():
        naming = settings_naming(search.module, definition, known)
        if naming is not None:
            yield Export(definition.name, path, naming)
