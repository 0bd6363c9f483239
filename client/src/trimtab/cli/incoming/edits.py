"""A file against the store: the edits that would take over what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from trimtab.admin import Definition, Entity, Json
from trimtab.cli.connect import Store
from trimtab.cli.incoming.setting import CannotImport, Incoming, IncomingFile
from trimtab.cli.values import BadValue, checked, same, typed_as

MOST_EDITS = 1_000


@dataclass(frozen=True, slots=True)
class Edits:
    """Items for one bulk change; `reasons`, by key: why a value has no place in the store.

    `compared` are the entities, by key, that the file was compared with.
    """

    environment: str
    items: list[dict[str, object]]
    reasons: Mapping[str, str] = field(default_factory=dict)
    compared: Mapping[str, Json] = field(default_factory=dict, repr=False)


def edits_of(
    store: Store, file: IncomingFile, *, environment: str | None = None, policy: str | None = None
) -> Edits:
    """Like `compare`, but only for a file that fits as a whole; raises CannotImport."""
    edits = compare(store, file, environment=environment, policy=policy)
    if edits.reasons:
        raise CannotImport(f"{file.path} cannot be imported as it is:", [*edits.reasons.values()])
    return edits


def compare(
    store: Store, file: IncomingFile, *, environment: str | None = None, policy: str | None = None
) -> Edits:
    """What has to be written so that the store says what the file says.

    Only what differs from the resolved value is written: equal inherited values stay inherited.
    `policy` is the source policy of settings that are made. Raises CannotImport for more edits
    than one change holds.
    """
    target = environment or store.environment or file.environment or store.environment_to_write()
    definitions = store.admin.definitions()
    entities = {one.key: one for one in store.admin.entities(target)}
    items: list[dict[str, object]] = []
    reasons: dict[str, str] = {}
    for one in file.settings:
        try:
            item = _item(one, definitions.get(one.key), entities.get(one.key), policy)
        except (BadValue, CannotImport) as error:
            reasons[one.key] = str(error)
            continue
        if item:
            items.append({"key": one.key, "environment": target, **item})
    if len(items) > MOST_EDITS:
        raise CannotImport(
            f"{file.path} would make {len(items):,} edits, and one change holds {MOST_EDITS:,}: "
            "split the file."
        )
    return Edits(target, items, reasons, {key: one.raw for key, one in entities.items()})


def guarded(store: Store, edits: Edits) -> Edits:
    """The same edits, each only for the state it was compared with: nobody's change is lost."""
    items = []
    for item in edits.items:
        if item.get("op") == "create":  # refused if there is such a setting by now
            items.append(item)
            continue
        entity = store.admin.entity(str(item["key"]), edits.environment)
        if entity.raw != edits.compared.get(entity.key):
            raise CannotImport(f"{entity.key} was changed just now: repeat the command.")
        items.append({**item, "ifMatch": entity.etag})
    return replace(edits, items=items)


def without_refused(store: Store, edits: Edits) -> tuple[Edits, dict[str, str]]:
    """The edits that the server would accept, and its words about each key it would not."""
    refused: dict[str, str] = {}
    items = edits.items
    while items:
        errors = store.admin.validate(items).errors
        bad = {_index(one.pointer): one.message for one in reversed(errors)}
        if not bad:
            break
        if None in bad:  # not about one item: nothing can be left out to mend it
            raise CannotImport("The server refuses the file:", [one.message for one in errors])
        refused |= {str(items[index]["key"]): bad[index] for index in bad if index is not None}
        items = [item for index, item in enumerate(items) if index not in bad]
    return replace(edits, items=items), refused


def _item(
    one: Incoming, definition: Definition | None, entity: Entity | None, policy: str | None
) -> dict[str, object]:
    """The members of the item that make the difference; empty: there is none."""
    if definition is None:
        return _creation(one, policy)
    if one.text is not None and definition.is_secret:
        return {}  # the store holds a reference to it, the file the secret itself
    item = _definition_edits(one, definition)
    type_name = str(item.get("type", definition.type))
    wanted = _value(one, type_name, is_secret=definition.is_secret)
    if wanted is not None and not (entity and same(entity.value, wanted)):
        item["value"] = wanted
    if one.policy is not None and entity and entity.source_policy != one.policy:
        item["sourcePolicy"] = one.policy
    return item


def _creation(one: Incoming, policy: str | None) -> dict[str, object]:
    if one.definition is None:
        raise CannotImport(
            f"{one.key} is no setting yet, and the file does not say what it is: define it first, "
            "or import a file written with `trimtab export --meta`."
        )
    given = {name: value for name, value in one.definition.items() if value is not None}
    item: dict[str, object] = {"op": "create", **given}
    wanted = _value(one, str(item["type"]), is_secret=bool(item.get("isSecret")))
    if wanted is not None:
        item["value"] = wanted
    if one.policy or policy:
        item["sourcePolicy"] = one.policy or policy
    return item


def _definition_edits(one: Incoming, definition: Definition) -> dict[str, object]:
    if one.definition is None or not one.defines:
        return {}
    return {
        name: value
        for name, value in one.definition.items()
        if not same(_plain(definition.raw.get(name)), _plain(value))
    }


def _value(one: Incoming, type_name: str, *, is_secret: bool) -> object:
    if one.text is not None and not (one.value is not None and type_name == one.type_of_value):
        # An empty line gives only a string a value.
        return typed_as(one.key, type_name, one.text) if one.text or type_name == "string" else None
    if one.value is None or is_secret:
        return one.value
    if one.value == "" and type_name != "string":
        return None
    return checked(one.key, type_name, one.value)


def _plain(value: object) -> object:
    """Rules and other maps without an order of their own; no rules is no map."""
    return {} if value is None or (isinstance(value, Mapping) and not value) else value


def _index(pointer: str) -> int | None:
    parts = pointer.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "items" and parts[2].isdigit() else None
