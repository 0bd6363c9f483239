"""Find every place in a repository where source code reads an environment variable."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ..source_tree import SourceTree, TreeFile, walk
from .conceal import conceal, conceal_text
from .exports import Export, Exports
from .file_text import decoded, read_bytes
from .importers import IMPORTING, may_import
from .languages import Language, language_of, may_be_script, script_language
from .python import fixed_texts
from .reference import Source, SourceScan, Unparsed, Unresolved
from .searched import Searched

Progress = Callable[[int, int], None]

_ROUNDS = 3


@dataclass(slots=True)
class _Scan:
    tree: SourceTree
    on_progress: Progress | None
    languages: dict[str, Language] = field(default_factory=dict)
    found: dict[str, Searched] = field(default_factory=dict)
    unparsed: dict[str, str] = field(default_factory=dict)
    files_read: int = 0


def scan_source(root: Path, *, on_progress: Progress | None = None) -> SourceScan:
    """Search every source file under `root`; nothing is written, run or followed out of it.

    `on_progress` hears how many of how many files are done. Files that cannot be read or parsed
    are named in the result, never raised; names that only the running program knows are its
    `unresolved`. Raises NotADirectoryError if `root` is no folder.
    """
    if not Path(root).is_dir():
        raise NotADirectoryError(str(root))
    tree = walk(Path(root))
    scan = _Scan(tree, on_progress, unparsed=dict(tree.unreadable))
    for done, file in enumerate(tree.files, start=1):
        _first_look(scan, file)
        if on_progress is not None:
            on_progress(done, len(tree.files))
    _follow_exports(scan, _fixed_texts(scan))
    return _result(scan)


def _first_look(scan: _Scan, file: TreeFile) -> None:
    language = language_of(file.path)
    if language is None and not may_be_script(file.path):
        return
    data = _data(scan, file)
    language = language or script_language(data)
    if language is None:
        return
    scan.files_read += 1
    scan.languages[file.path] = language
    if any(sign in data for sign in language.signs):
        _search(scan, file, language, data, Exports())


def _fixed_texts(scan: _Scan) -> list[Export]:
    """Constants of other modules that name variables: `os.environ[keys.PORT]`."""
    wanted = {name for searched in scan.found.values() for name in searched.wanted}
    spelled = "|".join(map(re.escape, sorted(wanted)))
    assigned = re.compile(rf"(?m)^[ \t]*({spelled})\s*(:[^=\n]*)?=".encode())
    found: list[Export] = []
    for file in scan.tree.files if wanted else ():
        language = scan.languages.get(file.path)
        if language is None or language.family != "python":
            continue
        data = _data(scan, file)
        text = decoded(data) if assigned.search(data) else None
        if text is not None:
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                found.extend(fixed_texts(Source(file.path, "python", text), wanted))
    return found


def _follow_exports(scan: _Scan, fixed: list[Export]) -> None:
    """Search again where a file may use what another one offers, and what that brings to light."""
    known: defaultdict[str, Exports] = defaultdict(Exports)
    seen: set[tuple[str, str]] = set()
    fresh = [("python", export) for export in fixed]
    for _ in range(_ROUNDS):
        for path, searched in scan.found.items():
            family = scan.languages[path].family
            fresh.extend((family, each) for each in searched.exports)
        fresh = [each for each in fresh if (each[1].name, each[1].path) not in seen]
        seen |= {(export.name, export.path) for _, export in fresh}
        if not fresh:
            return
        offered: defaultdict[str, list[Export]] = defaultdict(list)
        for family, export in fresh:
            offered[family].append(export)
            known[family].add([export])
        _search_importers(scan, offered, known)
        fresh = []


def _search_importers(
    scan: _Scan, offered: dict[str, list[Export]], known: dict[str, Exports]
) -> None:
    for file in scan.tree.files:
        language = scan.languages.get(file.path)
        if language is None or language.family not in offered or language.family not in IMPORTING:
            continue
        data = _data(scan, file)
        if may_import(language.family, file.path, data, offered[language.family]):
            _search(scan, file, language, data, known[language.family])


def _data(scan: _Scan, file: TreeFile) -> bytes:
    try:
        return read_bytes(file.location) or b""
    except OSError as error:
        scan.unparsed[file.path] = (error.strerror or type(error).__name__).lower()
        return b""


def _search(scan: _Scan, file: TreeFile, language: Language, data: bytes, known: Exports) -> None:
    text = decoded(data)
    if text is None:
        scan.unparsed[file.path] = "is not text"
        return
    source = Source(file.path, language.name, text)
    try:
        searched = language.search(source, known)
    except Exception as error:  # noqa: BLE001  no single file may end the scan; it is named
        scan.unparsed[file.path] = _reason(error)
        return
    scan.found[file.path] = searched
    if searched.partly:
        scan.unparsed[file.path] = searched.partly


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {error.msg}"
    if isinstance(error, SyntaxError):
        return error.msg
    if isinstance(error, RecursionError | MemoryError):
        return "is nested too deeply"
    return f"could not be searched ({type(error).__name__})"


def _result(scan: _Scan) -> SourceScan:
    references = {
        reference
        for searched in scan.found.values()
        for reference in map(conceal, searched.references)
    }
    unparsed = (Unparsed(path, reason) for path, reason in scan.unparsed.items())
    return SourceScan(
        references=tuple(sorted(references, key=lambda each: (*each.order, repr(each)))),
        unresolved=tuple(sorted(_unresolved(scan.found.values()), key=_place)),
        unparsed=tuple(sorted(unparsed, key=lambda each: each.path)),
        files_read=scan.files_read,
        files_skipped=scan.tree.files_skipped + len(scan.tree.files) - scan.files_read,
        folders_skipped=tuple(scan.tree.folders_skipped),
        links_skipped=tuple(scan.tree.links_skipped),
    )


def _unresolved(everything: Iterable[Searched]) -> set[Unresolved]:
    """Names nobody knows; a function whose callers name the variable is no such place."""
    searched = list(everything)
    called = {identity for each in searched for identity in each.called}
    found = {place for each in searched for place in each.unresolved}
    found |= {
        place for each in searched for identity, place in each.wrapped if identity not in called
    }
    return {conceal_text(place) for place in found}


def _place(unresolved: Unresolved) -> tuple[str, int, str]:
    return unresolved.path, unresolved.line, unresolved.text
