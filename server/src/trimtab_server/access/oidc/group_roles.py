"""Which roles a group of the issuer gives: configured, and none unless it is said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.kernel.strict_json import MalformedJson, parse_json

_MEMBERS = {"group", "role", "application", "environment", "category"}
_NAMES = {
    "application": re.compile(r"[a-z][a-z0-9_-]{0,62}"),
    "environment": re.compile(r"[a-z][a-z0-9_-]{0,62}"),
    "category": re.compile(r"[a-z][a-z0-9_]{0,62}"),
}


class BadGroupRoles(ValueError):
    """The configuration of groups and roles is not what it should be; the message says where."""


@dataclass(frozen=True, slots=True)
class GroupRole:
    """Whoever is in the group holds the grant, as long as their token says so."""

    group: str
    grant: Grant


def parse_group_roles(text: str) -> tuple[GroupRole, ...]:
    """`[{"group": "ops", "role": "editor", "environment": "prod"}, ...]`; empty text: none.

    Raises:
        BadGroupRoles: names the first entry that is wrong.
    """
    if not text.strip():
        return ()
    try:
        parsed = parse_json(text.encode())
    except MalformedJson as error:
        raise BadGroupRoles(f"it {error.reason}") from None
    if not isinstance(parsed, list):
        raise BadGroupRoles("it must be a list of objects with group and role")
    return tuple(_group_role(place, one) for place, one in enumerate(parsed))


def grants_of(groups: Iterable[str], roles: Iterable[GroupRole]) -> tuple[Grant, ...]:
    """What the groups give together."""
    held = frozenset(groups)
    return tuple(dict.fromkeys(one.grant for one in roles if one.group in held))


def _group_role(place: int, one: object) -> GroupRole:
    if not isinstance(one, dict) or not one.keys() <= _MEMBERS:
        raise BadGroupRoles(f"entry {place} must have only {', '.join(sorted(_MEMBERS))}")
    group, role = one.get("group"), one.get("role")
    if not isinstance(group, str) or not group:
        raise BadGroupRoles(f"entry {place} must name a group")
    if role not in set(Role):
        raise BadGroupRoles(f"entry {place} must name a role: {', '.join(Role)}")
    return GroupRole(
        group, Grant(Role(role), **{name: _scope(place, one, name) for name in _NAMES})
    )


def _scope(place: int, one: dict[str, object], name: str) -> str | None:
    value = one.get(name)
    if value is not None and not (isinstance(value, str) and _NAMES[name].fullmatch(value)):
        raise BadGroupRoles(f"entry {place}: {name} is not the name of one")
    return value
