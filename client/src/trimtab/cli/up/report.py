"""What `up` tells: where every key went and why, and what to try next."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from trimtab.admin import Entity
from trimtab.cli.connect import Store
from trimtab.cli.incoming.env import is_commented_out
from trimtab.cli.output import fits, print_wrapped, say, width, wrapped
from trimtab.cli.up.server import DATABASE_NAME
from trimtab.cli.values import shown_rules
from trimtab.migrate.decision import Decision
from trimtab.profile import DATA_DIR_NAME, Profile
from trimtab.value_types import as_text

_COLUMNS = ("KEY", "GOES TO", "TYPE", "RULES", "WHY")
_NARROWEST_WHY = 32
_ROOM = 24  # for what stands beside a key; a longer key has a line of its own
_INDENT = "    "


def say_decisions(decisions: Sequence[Decision], refused: Mapping[str, str]) -> None:
    """Every key: where it goes, as what type, under which rules, and why."""
    moving = [one for one in decisions if one.target == "database" and one.key not in refused]
    staying = [one for one in decisions if one not in moving]
    rows: list[tuple[str, ...]] = [
        (one.key, "database", one.store_type, shown_rules(one.validation_rules), _why(one))
        for one in moving
    ]
    rows += [
        (one.key, "environment", one.type.value, "", refused.get(one.key, one.why))
        for one in staying
    ]
    if fits(_COLUMNS, rows, narrowest=_NARROWEST_WHY):
        print_wrapped(_COLUMNS, rows)
    else:
        _say_narrow(rows)
    say()
    say(f"{len(moving)} keys for the database, {len(staying)} stay in the environment.")


def _say_narrow(rows: Sequence[tuple[str, ...]]) -> None:
    """The same with the reason below each key, where the table would be too narrow to read."""
    longest = max((len(row[0]) for row in rows if len(row[0]) <= width() - _ROOM), default=0)
    for key, target, type_name, rules, why in [_COLUMNS, *rows]:
        place = f"{target:<11}  {type_name:<7}"
        line = f"{key:<{longest}}  {place}  {rules}".rstrip()
        if len(key) <= longest and len(line) <= width():
            say(line)
        elif len(key) <= longest:
            say(f"{key:<{longest}}  {place}".rstrip())
            say(wrapped(f"{_INDENT}{rules}", len(_INDENT)))
        else:
            say(key)
            say(wrapped(f"{_INDENT}{place.rstrip()}  {rules}", len(_INDENT)))
        say(wrapped(f"{_INDENT}{why}", len(_INDENT)))


def _why(one: Decision) -> str:
    return f"{one.why} Commented out, so it gets no value." if is_commented_out(one) else one.why


def say_where(store: Store, data_dir: Path) -> None:
    """Where everything is, and three commands that work as printed."""
    profile = store.profile
    say()
    say(f"API docs       {profile.url}/docs")
    say(f"Admin profile  {profile.path} (only you can read it)")
    say(f"Database       {_database(data_dir)}")
    say(f"Server log     {data_dir / 'server.log'}")
    say()
    say("Try next, in another terminal:")
    for command in next_commands(store, data_dir):
        say(f"  {command}")
    if os.environ.get("TRIMTAB_URL") or os.environ.get("TRIMTAB_TOKEN"):
        say("  (TRIMTAB_URL or TRIMTAB_TOKEN is set here and comes before this profile.)")
    say()
    say("Ctrl-C stops it.")


def _database(data_dir: Path) -> str:
    """Where the values are; a URL is not shown, because it may hold a password."""
    if os.environ.get("TRIMTAB_DATABASE_URL"):
        return "the one that TRIMTAB_DATABASE_URL names"
    return str(data_dir / DATABASE_NAME)


def next_commands(store: Store, data_dir: Path) -> list[str]:
    """Three commands for what is in the store now."""
    settings = list(store.admin.entities())
    prefix = command_prefix(store.profile, data_dir)
    if not settings:
        return [
            f"{prefix} define GREETING --type string --default hello --yes",
            f"{prefix} set GREETING 'good morning' --environment dev --yes",
            f"{prefix} diff base dev",
        ]
    chosen, value = _example(store, settings)
    return [
        f"{prefix} explain {chosen.key}",
        f"{prefix} set {chosen.key} {shlex.quote(as_text(value))} --environment dev --yes",
        f"{prefix} diff base dev",
    ]


def command_prefix(profile: Profile, data_dir: Path) -> str:
    """How the command line is called so that it finds this profile."""
    command = os.environ.get("TRIMTAB_COMMAND") or "trimtab"
    found = os.environ.get("TRIMTAB_DATA_DIR")
    if (Path(found) if found else Path(DATA_DIR_NAME)).absolute() == data_dir:
        return command
    return f"TRIMTAB_DATA_DIR={shlex.quote(str(data_dir))} {command}"


def _example(store: Store, settings: Sequence[Entity]) -> tuple[Entity, object]:
    """A setting and another value for it that its rules allow."""
    ordered = sorted(settings, key=lambda one: ("min" not in one.validation_rules, one.type))
    for one in ordered[:5]:
        for value in _other_values(one):
            item = {"key": one.key, "environment": "dev", "value": value}
            if store.admin.validate([item]).valid:
                return one, value
    first = next((one for one in settings if one.value is not None), settings[0])
    return first, first.value


def _other_values(one: Entity) -> list[object]:
    rules = one.validation_rules
    match one.type:
        case "boolean":
            return [one.value is not True]
        case "number" | "integer":
            number = float if one.type == "number" else int
            wanted = [number(rules[name]) for name in ("max", "min") if name in rules]
            return [it for it in wanted if it != one.value]
        case "enum":
            return [it for it in rules.get("enum", ()) if it != one.value]
        case _:
            return []
