"""Whether a principal may carry out these edits: before the lock as far as the request tells, and
under it, where it is known which category each setting is in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from trimtab_server.access.decide import decide, require, require_some
from trimtab_server.access.permission import Permission
from trimtab_server.access.principal import Principal
from trimtab_server.catalog.credentials import nameable
from trimtab_server.catalog.names import DEFAULT_CATEGORY, ROOT_ENVIRONMENT
from trimtab_server.config.edits import (
    ABSENT,
    AnyEdit,
    ClearValue,
    CreateSetting,
    PutSetting,
    Redefine,
    RemoveValue,
    SetPolicy,
    SetValue,
)
from trimtab_server.config.errors import ChangeRefused
from trimtab_server.config.state import SettingState, State
from trimtab_server.kernel.keys import fold_key
from trimtab_server.kernel.violation import Violation


def check_edits(principal: Principal, application: str, edits: Iterable[AnyEdit]) -> None:
    """Go on only if every edit is allowed for some category.

    Raises:
        NotAllowed: one of them is not, whatever it is about.
    """
    needed = {pair for edit in edits for pair in _needs(edit, None)}
    for permission, environment in sorted(needed):
        require_some(principal, permission, application=application, environment=environment)


def seen_by(principal: Principal, state: State, edits: Sequence[AnyEdit]) -> State:
    """The state as the edits' author sees it, who may carry them out.

    A setting that may not be read where it is edited is not in it: the planner then says of it
    exactly what it says of one that does not exist.

    Raises:
        NotAllowed: an edit of a setting that may be read, or of one to be made, is not allowed.
        ChangeRefused: a setting is to be made whose name one that may not be seen has.
    """
    hidden: set[str] = set()
    needed: set[tuple[Permission, str, str]] = set()
    for folded, ours in _by_key(edits).items():
        setting = state.settings.get(folded)
        if _is_hidden(principal, state, setting, ours):
            hidden.add(folded)
            continue
        needed |= {
            (permission, environment, category)
            for edit in ours
            for permission, environment in _needs(edit, setting)
            for category in _categories(setting, ours)
        }
    _refuse_taken_names(edits, hidden)
    for permission, environment, category in sorted(needed):
        place = {"application": state.application.name, "environment": environment}
        require(principal, permission, **place, category=category)
    seen = {folded: one for folded, one in state.settings.items() if folded not in hidden}
    return replace(state, settings=seen)


def _by_key(edits: Iterable[AnyEdit]) -> dict[str, list[AnyEdit]]:
    found: defaultdict[str, list[AnyEdit]] = defaultdict(list)
    for edit in edits:
        found[fold_key(edit.key)].append(edit)
    return found


def _is_hidden(
    principal: Principal, state: State, setting: SettingState | None, edits: Iterable[AnyEdit]
) -> bool:
    """A deleted setting too: its name is kept for its history, and whose that is, is not said."""
    if setting is None:
        return False
    return not all(
        decide(
            principal,
            Permission.CONFIG_READ,
            application=state.application.name,
            environment=edit.environment,
            category=setting.definition.category,
        )
        for edit in edits
    )


def _refuse_taken_names(edits: Iterable[AnyEdit], hidden: set[str]) -> None:
    """Where a name is in use cannot be concealed from who wants it; nothing else is said."""
    violations = [
        Violation(
            f"{edit.pointer}/key",
            nameable(edit.key),
            "exists",
            f"{nameable(edit.key) or 'This key'} cannot be created: the name is taken.",
            status=409,
        )
        for edit in edits
        if _may_create(edit) and fold_key(edit.key) in hidden
    ]
    if violations:
        raise ChangeRefused(violations)


def _categories(setting: SettingState | None, edits: Iterable[AnyEdit]) -> set[str]:
    """The category a setting is in, and those that the change moves it to: rights on all count.

    A setting that was deleted comes back with its history, so its last category counts too.
    """
    is_there = setting is not None and not setting.deleted
    new = (_new_category(edit, is_there=is_there) for edit in edits)
    found = {category for category in new if category is not None}
    if setting is not None and (is_there or found):
        found.add(setting.definition.category)
    return found


def _new_category(edit: AnyEdit, *, is_there: bool) -> str | None:
    if not isinstance(edit, (CreateSetting, Redefine, PutSetting)):
        return None
    if "category" in edit.fields or (_may_create(edit) and not is_there):
        return str(edit.fields.get("category") or DEFAULT_CATEGORY)
    return None


def _may_create(edit: AnyEdit) -> bool:
    return isinstance(edit, CreateSetting) or (
        isinstance(edit, PutSetting) and "type" in edit.fields
    )


_Need = tuple[Permission, str]


def _needs(edit: AnyEdit, setting: SettingState | None) -> Iterator[_Need]:
    """Which permissions where. A definition is in every environment: its place says nothing."""
    environment = edit.environment
    if edit.place.override is not None:
        yield Permission.SECRET_OVERRIDE, environment
    match edit:
        case SetValue() | ClearValue():
            yield Permission.CONFIG_WRITE, environment
        case SetPolicy():
            yield Permission.POLICY_WRITE, environment
        case Redefine():
            yield Permission.DEFINITION_WRITE, environment
        case RemoveValue() if environment == ROOT_ENVIRONMENT:
            yield from _removing(edit, setting)
        case RemoveValue():
            yield Permission.CONFIG_WRITE, environment
        case CreateSetting() | PutSetting():
            yield from _putting(edit)


def _removing(edit: RemoveValue, setting: SettingState | None) -> Iterator[_Need]:
    """The setting itself goes, and with it what environments have of their own."""
    yield Permission.DEFINITION_WRITE, edit.environment
    if setting is None:
        return
    for name in (*setting.values, *setting.policies):
        if name in setting.policies:
            yield Permission.POLICY_WRITE, name
        if setting.own_value(name) and (edit.cascade or name == ROOT_ENVIRONMENT):
            yield Permission.CONFIG_WRITE, name


def _putting(edit: CreateSetting | PutSetting) -> Iterator[_Need]:
    if edit.fields or isinstance(edit, CreateSetting):
        yield Permission.DEFINITION_WRITE, edit.environment
    if edit.policy is not None:
        yield Permission.POLICY_WRITE, edit.environment
    if edit.value is not ABSENT or not (edit.fields or edit.policy):
        yield Permission.CONFIG_WRITE, edit.environment
