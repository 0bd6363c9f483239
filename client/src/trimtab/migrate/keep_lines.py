"""The lines of an env file that a rollback may have to bring back, without any secret in them."""

import hashlib
from collections.abc import Collection, Iterator, Sequence

from trimtab.migrate.artifacts import KeptFile, KeptLine
from trimtab.migrate.dialect import Dialect
from trimtab.migrate.env_file import Assignment, EnvFile
from trimtab.migrate.env_lines import env_line, lines_of
from trimtab.migrate.inventory import ReadFile
from trimtab.migrate.plan.conceal import Concealer
from trimtab.migrate.secrets import scan_text


def kept_files(files: Sequence[ReadFile], moving: Collection[str]) -> tuple[KeptFile, ...]:
    """What to keep of the env files that set one of the keys `moving`."""
    return tuple(
        _kept(file.path, file.environment, file.env_file, moving)
        for file in files
        if file.env_file is not None
        and file.environment is not None
        and moving & file.env_file.values().keys()
    )


def _kept(path: str, environment: str, file: EnvFile, moving: Collection[str]) -> KeptFile:
    text = file.render()
    values = file.values()
    others = [key for key in values if key not in moving]
    concealer = Concealer(values[key] for key in others)
    lines = lines_of(text)
    return KeptFile(
        path=path,
        environment=environment,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        lines=tuple(_lines(file, lines, moving, concealer)),
        other_names=tuple(others),
    )


def _lines(
    file: EnvFile, lines: Sequence[str], moving: Collection[str], concealer: Concealer
) -> Iterator[KeptLine]:
    for item in file.assignments:
        if item.commented_out or item.key not in moving:
            continue
        text = "".join(lines[item.line - 1 : item.end_line])
        if item.comment_beside or concealer.is_in(text) or scan_text(text):
            text = _written_anew(item, file.dialect)
        yield KeptLine(item.key, item.line, text)


def _written_anew(item: Assignment, dialect: Dialect) -> str:
    """Without the comment beside it, in which anything may stand."""
    return env_line(item.key, item.value, dialect) or f"{item.key}={item.value}\n"
