"""What a change does, in words: shown before it is asked for, and after it is made."""

from collections.abc import Mapping, Sequence

from trimtab.admin import Change, ChangeItem, Entity
from trimtab.cli.output import complain, print_table, say
from trimtab.cli.values import same, shown, shown_rules
from trimtab.errors import TrimtabError
from trimtab.value_types import as_text

_COLUMNS = ("KEY", "ENVIRONMENT", "WHAT", "OLD", "NEW")
_PARTS = {"validationRules": "rules", "isSecret": "secret"}


def print_change(items: Sequence[ChangeItem]) -> None:
    """Every edit of a change: what is there and what would be, or is now."""
    told = {item.key: _first_place(item, items) for item in items if _is_new_setting(item)}
    rows = [
        _new_setting(item, items) if _is_new_setting(item) else _row(item)
        for item in items
        if item.key not in told or _is_new_setting(item) or item.environment != told[item.key]
    ]
    print_table(_COLUMNS, rows)


def say_written(change: Change) -> None:
    """One line: how many keys, as which revision."""
    if not change.changed:
        say("Nothing to write: it is so already.")
        return
    count = len({item.key for item in change.items})
    say(f"Written: {count} {'key' if count == 1 else 'keys'}, revision {change.revision}.")


def warn_if_moved(plan: Change, done: Change) -> None:
    """Say where what was written is not what was shown: somebody wrote in between."""
    shown_before = {(it.kind, it.key, it.environment): (it.old, it.new) for it in plan.items}
    for it in done.items:
        if shown_before.get((it.kind, it.key, it.environment)) != (it.old, it.new):
            complain(
                f"{it.key} in {it.environment or 'all environments'} was changed by somebody while "
                f"you looked: it went from {shown(it.old)} to {shown(it.new)}. "
                "The history has every step."
            )


class Moved(TrimtabError):
    """The setting was changed between reading and writing it."""

    code = "moved"

    def __init__(self, before: Entity, now: Entity) -> None:
        who = f" by {now.updated_by}" if now.updated_by else ""
        when = f" at {now.updated_at}" if now.updated_at else ""
        what = "its definition, policy or version is another"
        if not same(before.value, now.value):
            what = f"it was {shown(before.value)} and is {shown(now.value)}"
        super().__init__(
            f"{now.key} in {now.environment} was changed meanwhile{who}{when}: {what}. "
            "Nothing was written; look again and repeat the command."
        )


def edited_parts(old: object, new: object) -> tuple[str, str]:
    """The parts of a definition that differ, side by side."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        was, is_now = (in_brief(it) if isinstance(it, Mapping) else "-" for it in (old, new))
        return was, is_now
    before, after = old, new
    names = [
        name
        for name in {**before, **after}
        if as_text(before.get(name)) != as_text(after.get(name))
    ]
    return _some_parts(before, names), _some_parts(after, names)


def in_brief(definition: Mapping[str, object]) -> str:
    """Type and rules of a definition that came or went as a whole; the rest is for `schema`."""
    rules = definition.get("validationRules")
    parts = [str(definition["type"]), shown_rules(rules if isinstance(rules, Mapping) else {})]
    return ", ".join(filter(None, parts))


def _row(item: ChangeItem) -> tuple[str, str, str, str, str]:
    match item.kind:
        case "definition":
            old, new = edited_parts(item.old, item.new)
        case "value":
            old, new = ("(not set)" if it is None else shown(it) for it in (item.old, item.new))
        case _:
            old, new = shown(item.old), shown(item.new)
    return (item.key or "-", item.environment or "all", item.kind, old, new)


def _is_new_setting(item: ChangeItem) -> bool:
    return item.kind == "definition" and item.old is None


def _first_place(item: ChangeItem, items: Sequence[ChangeItem]) -> str | None:
    """The environment that the row of a new setting tells of."""
    of_key = [it for it in items if it.key == item.key and it.environment is not None]
    value = next((it for it in of_key if it.kind == "value"), None)
    return (value or of_key[0]).environment if of_key else None


def _new_setting(item: ChangeItem, items: Sequence[ChangeItem]) -> tuple[str, str, str, str, str]:
    """One row for definition, value and policy of a setting that is made."""
    value = next((it for it in items if it.key == item.key and it.kind == "value"), None)
    parts = [in_brief(item.new)]
    if value is not None:
        parts.append(shown(value.new))
    environment = (value and value.environment) or "all"
    return (item.key or "-", environment, "new", "-", ", ".join(parts))


def _some_parts(definition: Mapping[str, object], names: Sequence[str]) -> str:
    if not definition:
        return "-"
    given = [name for name in names if definition.get(name) not in (None, {}, False)]
    return ", ".join(f"{_PARTS.get(name, name)} {as_text(definition[name])}" for name in given)
