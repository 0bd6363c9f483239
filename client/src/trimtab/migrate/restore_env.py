"""An env file whose parsed values are those it had, out of the one on disk and the kept lines."""

import hashlib
from dataclasses import dataclass

from trimtab.errors import TrimtabError
from trimtab.migrate.artifacts import KeptFile, KeptLine
from trimtab.migrate.comment_out import note_of
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import EnvFile, parse_env_text
from trimtab.migrate.env_lines import lines_of


class CannotRestore(TrimtabError):
    """An env file cannot be given back as it was."""

    code = "cannot-restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """The text to write, whether it is the file as it lies there, and names nothing can restore."""

    path: str
    text: str
    is_unchanged: bool
    lost: tuple[str, ...]


def restored(kept: KeptFile, text: str | None, dialect: Dialect) -> Restored:
    """The file as it was before its keys moved; `text` None: it is gone.

    Values of other keys were never recorded, so they come from the file on disk; those that are
    not there any more are `lost`. Raises CannotRestore if the result would not parse back.
    """
    now = text or ""
    if hashlib.sha256(now.encode()).hexdigest() == kept.sha256:
        return Restored(kept.path, now, is_unchanged=True, lost=())
    present = parse_env_text(now, dialect)
    wanted = _values(kept.lines, dialect)
    restored_text = _with_lines(now, present, kept.lines, wanted)
    lost = tuple(name for name in kept.other_names if name not in present.values())
    _check(kept.path, restored_text, {**present.values(), **wanted}, dialect)
    return Restored(kept.path, restored_text, is_unchanged=False, lost=lost)


def _values(lines: tuple[KeptLine, ...], dialect: Dialect) -> dict[str, str]:
    return parse_env_text("".join(map(_ended, (line.text for line in lines))), dialect).values()


def _with_lines(
    text: str, present: EnvFile, kept: tuple[KeptLine, ...], wanted: dict[str, str]
) -> str:
    """The kept lines where their keys stand now, those without a place at the end."""
    missing = [line for line in kept if present.values().get(line.key) != wanted[line.key]]
    notes = {note_of(line.key) for line in missing}
    lines = ["" if line.rstrip("\r\n") in notes else line for line in lines_of(text)]
    put: set[str] = set()
    for item in present.assignments:
        again = [line for line in missing if line.key == item.key]
        if not again:
            continue
        replacement = "" if item.key in put else "".join(_ended(line.text) for line in again)
        lines[item.line - 1 : item.end_line] = [replacement] + [""] * (item.end_line - item.line)
        put.add(item.key)
    ends = [_ended(line.text) for line in missing if line.key not in put]
    body = "".join(lines)
    return "".join([_ended(body) if body and ends else body, *ends])


def _ended(text: str) -> str:
    return text if text.endswith(("\n", "\r")) else f"{text}\n"


def _check(path: str, text: str, wanted: dict[str, str], dialect: Dialect) -> None:
    if parse_env_text(text, dialect).values() != wanted:
        raise CannotRestore(
            f"{path} cannot be restored: its lines and those that were kept do not go together. "
            "Nothing was written; the kept lines are in the migration's record."
        )
