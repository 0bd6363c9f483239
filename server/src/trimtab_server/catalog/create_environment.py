"""A new environment: a change like any other, at its own revision."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.author import Author
from trimtab_server.catalog.advance_revision import Advance, advance_revision
from trimtab_server.catalog.credentials import check_comment
from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.catalog.errors import (
    EnvironmentRefused,
    NameTaken,
    UnknownApplication,
    UnknownEnvironment,
)
from trimtab_server.catalog.items import ChangeItem, ItemKind
from trimtab_server.catalog.models import environment as environment_table
from trimtab_server.catalog.names import check_name
from trimtab_server.catalog.queries import Application, load_environments, lock_application
from trimtab_server.infra.database import database_now
from trimtab_server.kernel.value_types import canonical_text


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name and the parent it inherits from; only the root has none."""

    name: str
    parent: str | None


async def create_environment(
    connection: AsyncConnection,
    author: Author,
    *,
    application: str,
    name: str,
    parent: str | None,
    comment: str | None = None,
) -> tuple[Application, Environment]:
    """Make one environment below an existing one; parents are fixed for good.

    Raises:
        UnknownApplication, UnknownEnvironment, NameTaken, EnvironmentRefused
    """
    head = await lock_application(connection, application)
    if head is None:
        raise UnknownApplication(application)
    tree = await load_environments(connection, head.id)
    _check(tree, name, parent)
    refused = check_comment(comment)
    if refused:
        raise EnvironmentRefused(refused[0].message, violations=refused)
    now = max(await database_now(connection), head.changed_at)
    made = await add_environments(
        connection, author, head, [Wanted(name, parent)], at=now, comment=comment
    )
    return head, made[0]


async def add_environments(
    connection: AsyncConnection,
    author: Author,
    head: Application,
    wanted: list[Wanted],
    *,
    at: datetime,
    comment: str | None,
) -> list[Environment]:
    """Write environments that have been judged already, in one revision."""
    revision = head.revision + 1
    made = [Environment(uuid4(), one.name, one.parent, revision, revision, at) for one in wanted]
    rows = [
        {
            "id": one.id,
            "application_id": head.id,
            "name": one.name,
            "parent": one.parent,
            "touched_revision": revision,
            "created_revision": revision,
            "created_at": at,
        }
        for one in made
    ]
    await connection.execute(insert(environment_table), rows)
    items = tuple(_item(one) for one in made)
    touched = frozenset(one.name for one in made)
    advance = Advance(revision, author, comment, at, items, touched)
    await advance_revision(connection, head, [advance])
    return made


def _check(tree: EnvironmentTree, name: str, parent: str | None) -> None:
    violations = check_name("/name", name)
    if violations:
        raise EnvironmentRefused(violations[0].message, violations=violations)
    if parent is None:
        message = f"There is one root only, {tree.root}: name the parent that {name} inherits from."
        raise EnvironmentRefused(message)
    if name in tree:
        kept = tree[name].parent
        stays = "it is the root" if kept is None else f"its parent stays {kept}"
        raise NameTaken(f"There is an environment {name} already; {stays}.")
    if parent == name:
        raise EnvironmentRefused(f"{name} cannot be its own parent.")
    if parent not in tree:
        raise UnknownEnvironment(parent, list(tree))


def _item(one: Environment) -> ChangeItem:
    new = canonical_text({"name": one.name, "parent": one.parent})
    return ChangeItem(ItemKind.ENVIRONMENT, None, None, one.name, None, new, 1)
