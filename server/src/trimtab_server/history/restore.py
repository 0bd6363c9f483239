"""Going back: an earlier value, an environment as it was, or one change undone. Each composes the
edits of a new change under the application's lock; nothing is ever rewritten."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.categories import Categories
from trimtab_server.access.decide import categories_of
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import change_item
from trimtab_server.catalog.queries import Application, load_environments
from trimtab_server.config.as_of import load_state_as_of
from trimtab_server.config.edits import AnyEdit, ClearValue, Compose, Place, Redefine, SetValue
from trimtab_server.config.errors import ChangeRefused, UnknownRevision
from trimtab_server.config.queries import load_settings
from trimtab_server.config.read import check_environment, find_setting
from trimtab_server.config.resolve import resolve
from trimtab_server.config.state import SettingState, State
from trimtab_server.history.purged import purged_as_of, refuse_purged
from trimtab_server.kernel.value_types import from_canonical_text
from trimtab_server.kernel.violation import Violation


def restore_version(key: str, environment: str, version: int) -> Compose:
    """The value that this version of the configuration had, under today's definition."""

    async def compose(
        connection: AsyncConnection, head: Application, principal: Principal
    ) -> tuple[AnyEdit, ...]:
        state = await _load(connection, head)
        check_environment(state.environments, environment)
        setting = find_setting(state.only(_sees(principal, head, environment)), key)
        query = select(change_item.c.new, change_item.c.new_purged).where(
            change_item.c.setting_id == setting.id,
            change_item.c.kind == ItemKind.VALUE.value,
            change_item.c.environment == environment,
            change_item.c.version == version,
        )
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            message = f"{key} has no version {version} in {environment}."
            raise ChangeRefused(
                [Violation("/version", key, "unknown-version", message, status=404)]
            )
        if row.new_purged:
            refuse_purged("/version", [(key, environment)])
        return (_value_edit(key, environment, row.new),)

    return compose


def restore_environment(environment: str, revision: int, *, exact: bool) -> Compose:
    """The environment's own values as of that revision; with `exact`, inherited ones pinned too.

    In the root, definitions as well. Source policies stay as they are: who owns a key is decided
    by itself. A key whose type or existence changed since cannot be restored and is named. What
    the principal may not see stays as it is.
    """

    async def compose(
        connection: AsyncConnection, head: Application, principal: Principal
    ) -> tuple[AnyEdit, ...]:
        if not 0 < revision <= head.revision:
            raise UnknownRevision(revision, head.revision)
        whole = await _load(connection, head)
        check_environment(whole.environments, environment)
        sees = _sees(principal, head, environment)
        categories = {one.id: one.definition.category for one in whole.settings.values()}
        now = whole.only(sees)
        then = (await load_state_as_of(connection, head, revision)).only(sees, categories)
        if environment not in then.environments:
            message = f"{environment} did not exist yet at revision {revision}."
            raise ChangeRefused([Violation("/revision", None, "existence", message, status=409)])
        is_root = environment == now.environments.root
        needed = now.environments.lineage(environment) if exact else [environment]
        gone = await purged_as_of(connection, head, revision)
        seen = {one.key for one in then.settings.values()}
        refuse_purged("/revision", [p for p in gone if p[0] in seen and p[1] in needed])
        _check_comparable(then, now, environment, everything=is_root or exact)
        edits = _definition_edits(then, now) if is_root else []
        return (*edits, *_own_value_edits(then, now, environment, exact=exact))

    return compose


def _sees(principal: Principal, head: Application, environment: str) -> Categories:
    return categories_of(
        principal, Permission.HISTORY_READ, application=head.name, environment=environment
    )


async def _load(connection: AsyncConnection, head: Application) -> State:
    environments = await load_environments(connection, head.id)
    return State(head, environments, await load_settings(connection, head.id))


def _check_comparable(then: State, now: State, environment: str, *, everything: bool) -> None:
    violations = []
    for folded in {**then.settings, **now.settings}:
        before, today = _living(then, folded), _living(now, folded)
        owned = any(one and one.own_value(environment) for one in (before, today))
        reason = _incomparable(before, today)
        key = (today or before or then.settings[folded]).key if (today or before) else None
        if reason and (owned or everything):
            message = (
                f"{key} {reason} since, so {environment} cannot go back as a whole: "
                f"{_WAY_OUT[reason]}, or restore single keys by their version."
            )
            violations.append(Violation("/revision", key, "existence", message, status=409))
    if violations:
        raise ChangeRefused(sorted(violations, key=lambda one: one.key or ""))


def _living(state: State, folded: str) -> SettingState | None:
    found = state.settings.get(folded)
    return None if found is None or found.deleted else found


def _incomparable(before: SettingState | None, today: SettingState | None) -> str | None:
    if before is None and today is None:
        return None
    if before is None:
        return "was created"
    if today is None:
        return "was deleted"
    if before.definition.type is not today.definition.type:
        return "changed its type"
    return None


_WAY_OUT = {
    "was created": "undo the change that made it, or delete it",
    "was deleted": "undo the change that deleted it, or make it again",
    "changed its type": "undo the change that gave it another type",
}


def _definition_edits(then: State, now: State) -> list[AnyEdit]:
    edits: list[AnyEdit] = []
    for before in then.settings.values():
        today = now.find(before.key)
        if today is not None and today.definition != before.definition:
            fields = before.definition.to_json()
            root = now.environments.root
            edits.append(Redefine(Place(before.key, root), fields))
    return edits


def _own_value_edits(then: State, now: State, environment: str, *, exact: bool) -> list[AnyEdit]:
    edits: list[AnyEdit] = []
    for before in then.settings.values():
        today = now.find(before.key)
        if today is None:
            continue
        wanted = _wanted(before, today, then, now, environment, exact=exact)
        current = today.own_value(environment)
        if wanted != (current.text if current else None):
            edits.append(_value_edit(before.key, environment, wanted))
    return edits


def _wanted(
    before: SettingState,
    today: SettingState,
    then: State,
    now: State,
    environment: str,
    *,
    exact: bool,
) -> str | None:
    own = before.own_value(environment)
    if own is not None:
        return own.text
    if not exact:
        return None
    resolved_then = resolve(before, then.environments, environment).text
    inherited_now = resolve(_without_own(today, environment), now.environments, environment).text
    return None if resolved_then == inherited_now else resolved_then


def _without_own(setting: SettingState, environment: str) -> SettingState:
    stored = setting.values.get(environment)
    if stored is None:
        return setting
    tombstone = type(stored)(
        stored.id, None, stored.version, stored.created_at, stored.updated_at, stored.updated_by
    )
    return setting.with_value(environment, tombstone)


def _value_edit(key: str, environment: str, text: str | None) -> AnyEdit:
    if text is None:
        return ClearValue(Place(key, environment))
    return SetValue(Place(key, environment), from_canonical_text(text))
