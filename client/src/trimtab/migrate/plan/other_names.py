"""Settings fields that can be set under several names: one of them is planned."""

from trimtab.migrate.inventory import Inventory

_FIELD = " field "


def other_names(inventory: Inventory) -> dict[str, str]:
    """Names that no file mentions, each with the name of the same field that one does mention.

    Without a file the first name in the order of the code stands for the others.
    """
    mentioned = {one.key for one in inventory.occurrences}
    by_field: dict[tuple[str, int, str], list[str]] = {}
    for key, references in inventory.references.items():
        for one in references:
            if _FIELD in one.reader:
                by_field.setdefault((one.path, one.line, one.reader), []).append(key)
    found: dict[str, str] = {}
    for names in by_field.values():
        chosen = next((name for name in names if name in mentioned), names[0])
        found |= {
            name: chosen
            for name in names
            if name not in mentioned and name != chosen and _only_there(inventory, name)
        }
    return found


def _only_there(inventory: Inventory, name: str) -> bool:
    return all(_FIELD in one.reader for one in inventory.references[name])
