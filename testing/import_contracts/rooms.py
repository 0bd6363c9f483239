"""Inside a floor: routes > verb files > queries > models; schemas only from routes.

A room is told by its file's name: `routes.py` and `routes_bulk.py` are routes, `schemas.py` is
schemas, and so on; every other file is a verb or a noun. That queries do not call verbs needs no
rule here: a verb imports queries, and cycles are refused by a contract of their own.
"""

from collections.abc import Iterator
from enum import StrEnum

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Room(StrEnum):
    """What a file of a floor is for."""

    ROUTES = "routes"
    SCHEMAS = "schemas"
    QUERIES = "queries"
    MODELS = "models"
    OTHER = "verb"


_MAY_IMPORT = {
    Room.ROUTES: frozenset(Room),
    Room.SCHEMAS: frozenset({Room.SCHEMAS, Room.OTHER}),
    Room.OTHER: frozenset({Room.OTHER, Room.QUERIES, Room.MODELS}),
    Room.QUERIES: frozenset({Room.OTHER, Room.QUERIES, Room.MODELS}),
    Room.MODELS: frozenset({Room.OTHER, Room.MODELS}),
}


class RoomsContract(Contract):
    """`composition` are the modules that put routes together; `wire` the floors that may use
    `wire_package` besides routes and schemas."""

    type_name = "rooms"

    root = fields.ModuleField()
    composition = fields.SetField(subfield=fields.ModuleField())
    wire_package = fields.StringField()
    wire = fields.SetField(subfield=fields.ModuleField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every direct import that enters a room it may not, in reading order."""
        broken = sorted(self._broken(graph))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line an import: who imports what, and why not."""
        for importer, imported, reason in check.metadata["broken"]:
            output.print_error(f"- {importer} -> {imported}: {reason}", bold=False)
        output.new_line()

    def _broken(self, graph: ImportGraph) -> Iterator[tuple[str, str, str]]:
        root = str(self.root)
        for importer in sorted({root} | graph.find_descendants(root)):
            for imported in graph.find_modules_directly_imported_by(importer):
                reason = self._reason(importer, imported)
                if reason:
                    yield importer, imported, reason

    def _reason(self, importer: str, imported: str) -> str | None:
        room, target = room_of(importer), room_of(imported)
        if imported == str(self.wire_package):
            is_wire = room in {Room.ROUTES, Room.SCHEMAS} or _is_in(importer, self.wire)
            return None if is_wire else f"{imported} stays at the wire"
        if not _is_in(imported, [self.root]) or target in _MAY_IMPORT[room]:
            return None
        if target is Room.ROUTES and _is_in(importer, self.composition):
            return None
        return f"{room} may not import {target}"


def room_of(module: str) -> Room:
    """The room that a module's file name says it is."""
    name = module.rsplit(".", 1)[-1].split("_", 1)[0]
    return next((room for room in Room if room.value == name), Room.OTHER)


def _is_in(module: str, packages: object) -> bool:
    names = [str(package) for package in packages]  # type: ignore[attr-defined]
    return any(module == name or module.startswith(f"{name}.") for name in names)
