"""What a scan found, by key; without any value of an env file."""

from collections.abc import Sequence
from dataclasses import dataclass

from trimtab.migrate.inventory import Inventory
from trimtab.migrate.plan.build import secret_values
from trimtab.migrate.plan.conceal import Concealer
from trimtab.migrate.plan.decide import decide
from trimtab.migrate.plan.evidence import what_it_does
from trimtab.migrate.references import Reference


@dataclass(frozen=True, slots=True)
class KeyReport:
    """A key: the lines that set it, those that only document it, and the code that reads it."""

    key: str
    set_at: tuple[str, ...]
    documented_at: tuple[str, ...]
    reads: tuple[Reference, ...]
    does: tuple[str, ...]


def concealer_of(inventory: Inventory) -> Concealer:
    """Hides the project's secrets in whatever its code says."""
    return Concealer(secret_values(decide(inventory)))


def key_reports(inventory: Inventory, hide: Concealer) -> list[KeyReport]:
    """One report per key, the keys of env files first, in their order."""
    set_at: dict[str, list[str]] = {}
    documented_at: dict[str, list[str]] = {}
    for one in inventory.occurrences:
        places = set_at if one.sets else documented_at
        places.setdefault(one.key, []).append(one.where)
    return [
        KeyReport(
            key,
            tuple(set_at.get(key, ())),
            tuple(documented_at.get(key, ())),
            tuple(inventory.references.get(key, ())),
            tuple(
                hide.sentence(what_it_does(one).removeprefix("reads it with "))
                for one in inventory.references.get(key, ())
            ),
        )
        for key in inventory.names
    ]


def scan_to_json(
    inventory: Inventory, reports: Sequence[KeyReport], hide: Concealer
) -> dict[str, object]:
    """The whole scan for programs."""
    return {
        "root": str(inventory.root),
        "dialect": inventory.dialect.value,
        "filesRead": inventory.scan.files_read,
        "files": [
            {
                "path": file.path,
                "environment": file.environment,
                "keys": len({one.key for one in file.assignments}),
            }
            for file in inventory.files
        ],
        "keys": [_key_to_json(one, hide) for one in reports],
        "unresolved": [
            {"path": one.path, "line": one.line, "text": hide.sentence(one.text)}
            for one in inventory.scan.unresolved
        ],
        "unparsed": [{"path": one.path, "reason": one.reason} for one in inventory.scan.unparsed],
        "unread": [
            {"path": one.path, "line": one.line, "reason": one.reason} for one in inventory.problems
        ],
        "links": list(inventory.scan.links_skipped),
        "dialectDifferences": [
            {"key": one.key, "path": file.path, "line": one.line, "reason": one.reason}
            for file in inventory.files
            for one in file.differences
        ],
    }


def _key_to_json(one: KeyReport, hide: Concealer) -> dict[str, object]:
    return {
        "key": one.key,
        "set": list(one.set_at),
        "documented": list(one.documented_at),
        "read": [_reference_to_json(each, hide) for each in one.reads],
    }


def _reference_to_json(one: Reference, hide: Concealer) -> dict[str, object]:
    return {
        "path": one.path,
        "line": one.line,
        "language": one.language,
        "reader": one.reader,
        "cast": one.cast,
        "default": None if one.default is None else hide.prose(one.default),
        "hasDefault": one.has_default,
        "required": one.required,
        "enum": None if one.enum is None else [hide.prose(member) for member in one.enum],
        "min": one.min,
        "max": one.max,
        "exclusiveMin": one.exclusive_min,
        "exclusiveMax": one.exclusive_max,
        "minLength": one.min_length,
        "maxLength": one.max_length,
        "pattern": one.pattern,
    }
