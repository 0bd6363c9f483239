"""What the environment says now: the files that a plan names, or the process itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import Assignment

from .files import Problem, ReadFile, read_files
from .fill_in import occurrences_of
from .find import FoundFiles, is_compose_file_name
from .occurrence import Occurrence
from .roles import BASE

_PROCESS = "this process"


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Their contents, and for each key and environment the place that counts."""

    files: tuple[ReadFile, ...]
    problems: tuple[Problem, ...]
    counting: Mapping[str, Mapping[str, Occurrence]] = field(repr=False)

    def of(self, key: str, environment: str) -> Occurrence | None:
        """What sets `key` in `environment`: its own files, else those of `base`."""
        places = self.counting.get(key, {})
        return places.get(environment) or places.get(BASE)


def read_named_files(
    root: Path, dialect: Dialect, environments: Mapping[str, Sequence[str]]
) -> NamedFiles:
    """Read the files of each environment; one that is gone is a problem, not an error."""
    chosen = {path: name for name, paths in environments.items() for path in paths}
    compose = [path for path in chosen if is_compose_file_name(PurePosixPath(path).name)]
    env = [path for path in chosen if path not in compose]
    read = read_files(root, FoundFiles(env, compose), dialect, chosen)
    files = tuple(file for file in read.files if file.path in chosen)
    counting: dict[str, dict[str, Occurrence]] = {}
    for one in occurrences_of(files, dialect):
        if one.sets and one.environment:
            counting.setdefault(one.key, {})[one.environment] = one
    return NamedFiles(files, read.problems, counting)


def process_environment(environ: Mapping[str, str], environment: str) -> NamedFiles:
    """The variables of a running process in place of files, as what `environment` says."""
    counting = {
        key: {environment: Occurrence(_PROCESS, environment, Assignment(key, value, 0, 0), value)}
        for key, value in environ.items()
    }
    return NamedFiles((), (), counting)
