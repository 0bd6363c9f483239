"""Compose files: the variables their services get, from `environment:` and from `env_file:`.

Nothing outside the folder of the first file is read: a path or a link that leads out of it is
named as a problem, and so are files that are missing, broken, or include themselves.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from trimtab.migrate.comment_lines import CommentBlock, is_key
from trimtab.migrate.env_file import Assignment, EnvFile, read_env_file
from trimtab.migrate.env_text import EnvFileRefused, read_env_text
from trimtab.migrate.yaml_depth import LOADER, too_deep_at

_OWN_DEFAULT = re.compile(r"\$\{(\w+)(?::?-([^{}]*))?\}")
_MOST_FILES = 100
_DEEPEST_MERGE = 8


@dataclass(frozen=True, slots=True)
class ComposeProblem:
    """Something named in a Compose file that could not be read; `line` from 1, 0 for the whole."""

    path: Path
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ComposeReading:
    """All files reached from one Compose file.

    `assignments` are those of `environment:`, per file they stand in; `env_files` those that
    services name. A variable without a value is taken from the surroundings and not listed.
    """

    assignments: dict[Path, tuple[Assignment, ...]]
    env_files: tuple[EnvFile, ...]
    problems: tuple[ComposeProblem, ...]


def read_compose_file(path: Path | str) -> ComposeReading:
    """Read a Compose file and what it includes; raises EnvFileRefused if it is no text itself."""
    path = Path(path)
    walk = _Walk(root=path.parent.resolve())
    walk.compose_file(path)
    return ComposeReading(walk.assignments, tuple(walk.env_files.values()), tuple(walk.problems))


@dataclass(slots=True)
class _Walk:
    root: Path
    assignments: dict[Path, tuple[Assignment, ...]] = field(default_factory=dict)
    env_files: dict[Path, EnvFile] = field(default_factory=dict)
    problems: list[ComposeProblem] = field(default_factory=list)
    _open: list[Path] = field(default_factory=list)

    def compose_file(self, path: Path) -> None:
        text = read_env_text(path)
        self._open.append(path.resolve())
        try:
            line = too_deep_at(text)
            if line is None:
                self._document(path, text.splitlines(), yaml.compose(text, Loader=LOADER))
            else:
                self.problems.append(ComposeProblem(path, line, "is nested too deeply"))
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 0
            self.problems.append(ComposeProblem(path, line, "is not valid YAML"))
        self._open.pop()

    def _document(self, path: Path, lines: list[str], document: Node | None) -> None:
        for _, included in _entries(document, "include"):
            for node in _items(included):
                for name in _paths_of(node):
                    self._another_compose_file(path, name)
        found: list[Assignment] = []
        for _, services in _entries(document, "services"):
            for _, service in _entries(services):
                found.extend(self._service(path, lines, service))
        self.assignments[path] = tuple(dict.fromkeys(found))

    def _service(self, path: Path, lines: list[str], service: Node) -> Iterator[Assignment]:
        for _, extends in _entries(service, "extends"):
            for _, base in _entries(extends, "file"):
                for name in _paths_of(base):
                    self._another_compose_file(path, name)
        for _, files in _entries(service, "env_file"):
            self._env_files(path, files)
        for _, environment in _entries(service, "environment"):
            yield from _assignments(environment, lines)

    def _env_files(self, path: Path, files: Node) -> None:
        for node in _items(files):
            required = [value.value for _, value in _entries(node, "required")]
            for name in _paths_of(node):
                target = self._inside(path, name)
                if target is None or target in self.env_files:
                    continue
                try:
                    self.env_files[target] = read_env_file(target)
                except EnvFileRefused as error:
                    if required != ["false"] or target.exists():
                        self._problem(path, name, f"env_file {name.value}: {error.reason}")

    def _another_compose_file(self, path: Path, name: ScalarNode) -> None:
        target = self._inside(path, name)
        if target is None or target in self.assignments:
            return
        if target.resolve() in self._open:
            if target.resolve() != path.resolve():
                self._problem(path, name, f"{name.value} includes this file again")
            return
        if len(self.assignments) + len(self._open) > _MOST_FILES:
            self._problem(path, name, f"more than {_MOST_FILES} files are included")
            return
        try:
            self.compose_file(target)
        except EnvFileRefused as error:
            self._problem(path, name, f"{name.value}: {error.reason}")

    def _inside(self, path: Path, name: ScalarNode) -> Path | None:
        if "$" in name.value:
            self._problem(path, name, f"{name.value} depends on a variable and was not read")
            return None
        target = Path(os.path.normpath(path.parent / name.value))
        if not target.resolve().is_relative_to(self.root):
            self._problem(path, name, f"{name.value} leads out of the project and was not read")
            return None
        return target

    def _problem(self, path: Path, node: Node, reason: str) -> None:
        self.problems.append(ComposeProblem(path, node.start_mark.line + 1, reason))


def _entries(
    node: Node | None, key: str | None = None, seen: frozenset[int] = frozenset()
) -> Iterator[tuple[ScalarNode, Node]]:
    """The entries of a mapping, those merged in with `<<` first; all, or those named `key`."""
    if not isinstance(node, MappingNode) or id(node) in seen or len(seen) > _DEEPEST_MERGE:
        return
    for name, value in node.value:
        if isinstance(name, ScalarNode) and name.value == "<<":
            for merged in _items(value):
                yield from _entries(merged, key, seen | {id(node)})
    for name, value in node.value:
        if isinstance(name, ScalarNode) and name.value != "<<" and key in {None, name.value}:
            yield name, value


def _items(node: Node) -> list[Node]:
    return list(node.value) if isinstance(node, SequenceNode) else [node]


def _paths_of(node: Node) -> Iterator[ScalarNode]:
    """The paths of a short (`- path`) or long (`- path: ...`) form."""
    if isinstance(node, ScalarNode):
        yield node
    for _, value in _entries(node, "path"):
        for item in _items(value):
            if isinstance(item, ScalarNode):
                yield item


def _assignments(environment: Node, lines: list[str]) -> Iterator[Assignment]:
    for name, value in _entries(environment):
        if isinstance(value, ScalarNode) and value.tag != "tag:yaml.org,2002:null":
            yield from _assignment(name.value, value.value, value, lines)
    if isinstance(environment, SequenceNode):
        for item in environment.value:
            if isinstance(item, ScalarNode) and "=" in item.value:
                key, _, text = item.value.partition("=")
                yield from _assignment(key, text, item, lines)


def _assignment(key: str, text: str, node: Node, lines: list[str]) -> Iterator[Assignment]:
    """`KEY: ${KEY:-default}` documents a default; `KEY: ${KEY}` only passes it on."""
    if not is_key(key):
        return
    own = _OWN_DEFAULT.fullmatch(text)
    if own and own[2] is None:
        return
    line, end_line = node.start_mark.line, node.end_mark.line
    above, beside = _comments(lines, line)
    yield Assignment(
        key=key,
        value=own[2] if own else text.replace("$$", "$"),
        line=line + 1,
        end_line=end_line + 1,
        comment_above=above,
        comment_beside=beside,
    )


def _comments(lines: list[str], at: int) -> tuple[str, str]:
    first = at
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    block = CommentBlock()
    for line in lines[first:at]:
        block.comment_line(line.strip().removeprefix("#"))
    _, mark, beside = lines[at].partition(" #")
    return block.assignment().above, beside.strip() if mark else ""
