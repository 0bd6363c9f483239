"""Read everything a project says about its environment variables. Nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trimtab.errors import TrimtabError
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.references import Reference, SourceScan, scan_source
from trimtab.migrate.references.scan import Progress
from trimtab.migrate.secrets import scan_text

from .files import Problem, ReadFile, read_files
from .fill_in import occurrences_of
from .find import FoundFiles, find_files
from .occurrence import Occurrence


class NoSuchFolder(TrimtabError):
    """There is no such folder to read."""

    code = "no-such-folder"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not a folder: name the one that holds the project.")


@dataclass(frozen=True, slots=True)
class Inventory:
    """A project's files, every assignment in them (the last of a key wins), and its code."""

    root: Path
    dialect: Dialect
    files: tuple[ReadFile, ...]
    occurrences: tuple[Occurrence, ...] = field(repr=False)
    references: Mapping[str, Sequence[Reference]]
    scan: SourceScan
    problems: tuple[Problem, ...]

    @property
    def names(self) -> list[str]:
        """Every key, those of the env files first, in their order."""
        return list(dict.fromkeys((*(one.key for one in self.occurrences), *self.references)))

    def of_key(self, key: str) -> list[Occurrence]:
        """Where a key is set or documented, weakest first."""
        return [one for one in self.occurrences if one.key == key]

    @property
    def environments(self) -> list[str]:
        """The environments that files speak for, `base` first."""
        named = dict.fromkeys(file.environment for file in self.files if file.environment)
        return sorted(named, key=lambda name: (name != "base", name))


def take_inventory(
    root: Path,
    *,
    dialect: Dialect = Dialect.PYTHON_DOTENV,
    chosen: Mapping[str, str] | None = None,
    skip: Collection[str] = (),
    on_progress: Progress | None = None,
) -> Inventory:
    """Read env files, Compose files and source code under `root`.

    `chosen` gives a file's environment by its path from the root; `skip` names files and folders
    to leave out. Raises NoSuchFolder.
    """
    root = root.resolve()
    if not root.is_dir():
        raise NoSuchFolder(root)
    scan = _without(scan_source(root, on_progress=on_progress), skip)
    found = find_files(root, without={*scan.folders_skipped, *skip})
    found = _left(found, skip)
    found.env = list(dict.fromkeys((*found.env, *(set(chosen or {}) - set(found.compose)))))
    read = read_files(root, found, dialect, chosen or {})
    references: defaultdict[str, list[Reference]] = defaultdict(list)
    for one in scan.references:
        references[one.key].append(one)
    occurrences, unnameable = _nameable(tuple(occurrences_of(read.files, dialect)))
    return Inventory(
        root, dialect, read.files, occurrences, references, scan, (*read.problems, *unnameable)
    )


def _nameable(
    occurrences: tuple[Occurrence, ...],
) -> tuple[tuple[Occurrence, ...], tuple[Problem, ...]]:
    """A line whose name is itself a credential is named by its place alone."""
    bad = {one.key for one in occurrences if scan_text(one.key) is not None}
    problems = (
        Problem(one.path, one.assignment.line, "its name looks like a credential itself")
        for one in occurrences
        if one.key in bad
    )
    return tuple(one for one in occurrences if one.key not in bad), tuple(problems)


def _left(found: FoundFiles, skip: Collection[str]) -> FoundFiles:
    def kept(paths: list[str]) -> list[str]:
        return [path for path in paths if not _is_under(path, skip)]

    return FoundFiles(kept(found.env), kept(found.compose), kept(found.links))


def _without(scan: SourceScan, skip: Collection[str]) -> SourceScan:
    if not skip:
        return scan
    return replace(
        scan,
        references=tuple(one for one in scan.references if not _is_under(one.path, skip)),
        unresolved=tuple(one for one in scan.unresolved if not _is_under(one.path, skip)),
        unparsed=tuple(one for one in scan.unparsed if not _is_under(one.path, skip)),
    )


def _is_under(path: str, places: Collection[str]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
