"""The env files and Compose files of a project, read, in the order in which the last one wins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from yaml import YAMLError

from trimtab.migrate.compose import read_compose_file
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.dialect_differences import DialectDifference, dialect_differences
from trimtab.migrate.env_file import Assignment, EnvFile, read_env_file
from trimtab.migrate.env_text import EnvFileRefused, read_env_text
from trimtab.migrate.yaml_depth import too_deep_at

from .find import FoundFiles
from .roles import BASE, Role, role_of


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read; `whole_file`: nothing of that file was."""

    path: str
    line: int
    reason: str
    whole_file: bool = False

    @property
    def sentence(self) -> str:
        """`path:line: reason`; it never quotes the file."""
        return f"{self.path}:{self.line}: {self.reason}" if self.line else self.what

    @property
    def what(self) -> str:
        """`path: reason`."""
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file with its assignments; `env_file` is None for a Compose file."""

    path: str
    role: Role
    assignments: tuple[Assignment, ...]
    env_file: EnvFile | None = None
    differences: tuple[DialectDifference, ...] = ()

    @property
    def environment(self) -> str | None:
        """The environment it speaks for; None: it only documents keys."""
        return self.role.environment


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """All files of a project, weakest first, and what could not be read."""

    files: tuple[ReadFile, ...]
    problems: tuple[Problem, ...]


def read_files(
    root: Path, found: FoundFiles, dialect: Dialect, chosen: Mapping[str, str]
) -> ReadFiles:
    """Read what was found; `chosen` gives the environment of a file, by its path."""
    reader = _Reader(root, dialect, chosen)
    for path in found.env:
        reader.env_file(path)
    for path in found.compose:
        reader.compose_file(path)
    reader.problems += [Problem(path, 0, "is a link and was not followed") for path in found.links]
    files = sorted(_with_values(reader.files.values()), key=_strength)
    return ReadFiles(tuple(files), tuple(reader.problems))


class _Reader:
    def __init__(self, root: Path, dialect: Dialect, chosen: Mapping[str, str]) -> None:
        self.files: dict[str, ReadFile] = {}
        self.problems: list[Problem] = []
        self._root = root
        self._dialect = dialect
        self._chosen = chosen

    def env_file(self, path: str) -> None:
        try:
            self._keep(path, read_env_file(self._root / path, self._dialect))
        except EnvFileRefused as error:
            self.problems.append(Problem(path, 0, error.reason, whole_file=True))

    def compose_file(self, path: str) -> None:
        try:
            line = _too_deep_at(self._root / path)
            if line is not None:
                self.problems.append(Problem(path, line, "is nested too deeply", whole_file=True))
                return
            reading = read_compose_file(self._root / path)
        except EnvFileRefused as error:
            self.problems.append(Problem(path, 0, error.reason, whole_file=True))
            return
        for place, assignments in reading.assignments.items():
            name = self._name(place)
            self.files.setdefault(name, ReadFile(name, self._role(name), assignments))
        for file in reading.env_files:
            if file.path is not None and self._name(file.path) not in self.files:
                self._keep(self._name(file.path), read_env_file(file.path, self._dialect))
        self.problems += [
            Problem(self._name(one.path), one.line, one.reason) for one in reading.problems
        ]

    def _keep(self, path: str, file: EnvFile) -> None:
        role = self._role(path)
        differences = dialect_differences(file) if role.environment else ()
        self.files[path] = ReadFile(path, role, file.assignments, file, differences)
        self.problems += [Problem(path, one.line, one.reason) for one in file.broken]

    def _role(self, path: str) -> Role:
        return Role(self._chosen[path]) if path in self._chosen else role_of(path)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _too_deep_at(path: Path) -> int | None:
    try:
        return too_deep_at(read_env_text(path))
    except YAMLError:  # the reader of Compose files says where
        return None


def _with_values(files: Iterable[ReadFile]) -> Iterator[ReadFile]:
    """An example is documentation, unless no env file gives `base` its values."""
    files = list(files)
    has_base = any(file.env_file is not None and file.environment == BASE for file in files)
    for file in files:
        is_example = file.env_file is not None and file.environment is None
        yield replace(file, role=Role(BASE)) if is_example and not has_base else file


def _strength(file: ReadFile) -> tuple[bool, bool, int, bool, str]:
    """Env files come after Compose files, near ones after far ones, local ones last."""
    return (
        file.environment not in {None, BASE},
        file.env_file is not None,
        -file.path.count("/"),
        file.role.is_local,
        file.path,
    )
