"""One change undone, item by item, in every environment that it edited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.decide import NotAllowed, decide
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.definition import SourcePolicy
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import change_item
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.edits import (
    ABSENT,
    AnyEdit,
    ClearValue,
    Compose,
    CreateSetting,
    Place,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused, UnknownRevision
from trimtab_server.config.queries import load_settings
from trimtab_server.config.state import State
from trimtab_server.history.purged import refuse_purged
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.value_types import canonical_text, from_canonical_text
from trimtab_server.kernel.violation import Violation


@dataclass(frozen=True, slots=True)
class Item:
    """What the change as a whole did in one place; a definition has no environment."""

    kind: str
    key: str
    environment: str
    old: str | None
    new: str | None
    purged: bool = False


def undo_change(revision: int, *, force: bool = False) -> Compose:
    """Edits that put back what each item of that change found.

    Places that a later change edited are a conflict that names them, unless `force` is given.
    """

    async def compose(
        connection: AsyncConnection, head: Application, principal: Principal
    ) -> tuple[AnyEdit, ...]:
        items = await _items(connection, head, revision)
        keys = {item.key for item in items}
        state = State(
            head,
            await load_environments(connection, head.id),
            await load_settings(connection, head.id, keys),
        )
        _check_seen(principal, state, items)
        refuse_purged("/change", [(one.key, one.environment) for one in items if one.purged])
        conflicts = _conflicts(state, items, force=force)
        if conflicts:
            raise ChangeRefused(conflicts)
        return tuple(edit for key in sorted(keys) for edit in _undo_key(state, _of(items, key)))

    return compose


async def _items(connection: AsyncConnection, head: Application, revision: int) -> list[Item]:
    if not 0 < revision <= head.revision:
        raise UnknownRevision(revision, head.revision)
    query = (
        select(change_item)
        .where(change_item.c.application_id == head.id, change_item.c.revision == revision)
        .order_by(change_item.c.ordinal)
    )
    items = _by_place(
        Item(row.kind, row.key or "", row.environment or "", row.old, row.new, row.old_purged)
        for row in await connection.execute(query)
    )
    made = [item.environment for item in items if item.kind == ItemKind.ENVIRONMENT]
    if made:
        message = f"Change {revision} made {', '.join(made)}; an environment cannot be unmade."
        raise ChangeRefused([Violation("/change", None, "environment", message, status=409)])
    return items


def _by_place(steps: Iterable[Item]) -> list[Item]:
    """One change may step through a place twice, as when a new type rewrites a value first."""
    places: dict[tuple[str, str, str], Item] = {}
    for step in steps:
        place = (step.kind, step.key, step.environment)
        first = places.get(place, step)
        places[place] = replace(step, old=first.old, purged=first.purged)
    return [item for item in places.values() if item.old != item.new or item.purged]


def _check_seen(principal: Principal, state: State, items: Sequence[Item]) -> None:
    """Before anything of the change is told: a change is undone whole or not at all.

    Nor is told in which category that is which may not be seen.
    """
    for item in items:
        place = {
            "application": state.application.name,
            "environment": item.environment or state.environments.root,
        }
        category = state.settings[fold_key(item.key)].definition.category
        if not decide(principal, Permission.HISTORY_READ, **place, category=category):
            raise NotAllowed(Permission.HISTORY_READ, **place)


def _of(items: Sequence[Item], key: str) -> list[Item]:
    return [item for item in items if item.key == key]


def _conflicts(state: State, items: Sequence[Item], *, force: bool) -> list[Violation]:
    if force:
        return []
    return [
        Violation(
            "/change",
            item.key,
            "moved-on",
            f"{item.key}{_where(item)} was changed again since: undo the later change first.",
            status=409,
        )
        for item in items
        if _present(state, item) != item.new
    ]


def _where(item: Item) -> str:
    return f" in {item.environment}" if item.environment else ""


def _present(state: State, item: Item) -> str | None:
    setting = state.settings.get(fold_key(item.key))
    if setting is None or setting.deleted:
        return None
    if item.kind == ItemKind.DEFINITION:
        return setting.definition.to_text()
    if item.kind == ItemKind.POLICY:
        policy = setting.policies.get(item.environment)
        return None if policy is None else canonical_text(policy.value)
    stored = setting.own_value(item.environment)
    return stored.text if stored else None


def _undo_key(state: State, items: list[Item]) -> list[AnyEdit]:
    definition = next((one for one in items if one.kind == ItemKind.DEFINITION), None)
    if definition is not None and definition.old is None:
        return _unmake(state, items)
    if definition is not None and definition.new is None:
        return _bring_back(state, definition, items)
    edits = [] if definition is None else [_redefine(state, definition)]
    return [*edits, *(edit for item in items if (edit := _undo_place(item)))]


def _unmake(state: State, items: list[Item]) -> list[AnyEdit]:
    """The change created the setting: its own overrides go first, then the setting."""
    key, root = items[0].key, state.environments.root
    places = [one.environment for one in items if one.kind == ItemKind.VALUE]
    overrides = [ClearValue(Place(key, name)) for name in places if name != root]
    return [*overrides, RemoveValue(Place(key, root))]


def _bring_back(state: State, definition: Item, items: list[Item]) -> list[AnyEdit]:
    """The change deleted the setting: it comes back with the values and policies it had."""
    root = state.environments.root
    values = [one for one in items if one.kind == ItemKind.VALUE]
    policies = [one for one in items if one.kind == ItemKind.POLICY]
    own = next((one.old for one in values if one.environment == root), None)
    create = CreateSetting(
        Place(definition.key, root),
        fields=_fields(definition.old),
        value=ABSENT if own is None else from_canonical_text(own),
    )
    others = [one for one in (*values, *policies) if (one.environment, one.kind) != (root, "value")]
    return [create, *(edit for item in others if (edit := _undo_place(item)))]


def _redefine(state: State, item: Item) -> AnyEdit:
    return Redefine(Place(item.key, state.environments.root), _fields(item.old))


def _fields(text: str | None) -> dict[str, object]:
    fields = from_canonical_text(text or "{}")
    return fields if isinstance(fields, dict) else {}


def _undo_place(item: Item) -> AnyEdit | None:
    place = Place(item.key, item.environment)
    old = None if item.old is None else from_canonical_text(item.old)
    if item.kind == ItemKind.VALUE:
        return ClearValue(place) if old is None else SetValue(place, old)
    if item.kind == ItemKind.POLICY:
        return SetPolicy(place, None if old is None else SourcePolicy(str(old)))
    return None
