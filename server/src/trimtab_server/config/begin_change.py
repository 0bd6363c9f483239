"""A change begins: the application is locked, and what is to be changed is read under the lock.

PostgreSQL answers in two statements (decision 0041). The lock is one of its own, because what a
statement sees is decided when it begins, and this one may wait for another writer to commit.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.record import ChainHead, lock_chain
from trimtab_server.audit.server_writes import SAY_SO
from trimtab_server.catalog.definition import SourcePolicy, definition_from_text
from trimtab_server.catalog.environments import Environment, EnvironmentTree
from trimtab_server.catalog.errors import UnknownApplication
from trimtab_server.catalog.queries import Application, load_environments, lock_application
from trimtab_server.config.queries import load_settings
from trimtab_server.config.state import SettingState, State, Stored
from trimtab_server.infra.database import database_now
from trimtab_server.kernel.keys import fold_key


@dataclass(frozen=True, slots=True)
class Begun:
    """What is stored, locked until the transaction ends; `now` orders it after all before it."""

    state: State
    chain: ChainHead
    now: datetime


async def begin_change(
    connection: AsyncConnection, application: str, keys: Collection[str]
) -> Begun:
    """Lock the application and its audit chain, and read the settings of these keys.

    On PostgreSQL the transaction has then also said that it is the server who writes.

    Raises:
        UnknownApplication: there is none of that name.
    """
    if connection.dialect.name == "postgresql":
        return await _in_two_statements(connection, application, keys)
    head = await lock_application(connection, application)
    if head is None:
        raise UnknownApplication(application)
    settings = await load_settings(connection, head.id, keys) if keys else {}
    environments = await load_environments(connection, head.id)
    chain = await lock_chain(connection, chain_of(head.id))
    now = await database_now(connection)
    return Begun(State(head, environments, settings), chain, _not_before(head, now))


# The clock is read, as everything outside the inner SELECT, when the lock is there.
_LOCK = f"""
SELECT locked.*, clock_timestamp(), {SAY_SO} FROM (
    SELECT id, name, epoch, revision, created_at, changed_at
    FROM application WHERE name = $1 FOR UPDATE
) AS locked
"""  # noqa: S608 - no value of anybody's

_READ = """
SELECT
    ARRAY(
        SELECT ROW(id, name, parent, touched_revision, created_revision, created_at)
        FROM environment WHERE application_id = $1::uuid ORDER BY created_revision, name
    ),
    ARRAY(
        SELECT ROW(
            s.id, s.key, s.definition, s.version, s.deleted,
            s.created_at, s.updated_at, s.updated_by,
            ARRAY(
                SELECT ROW(environment, id, value, version, created_at, updated_at, updated_by)
                FROM configuration WHERE setting_id = s.id
            ),
            ARRAY(SELECT ROW(environment, policy) FROM source_policy WHERE setting_id = s.id)
        )
        FROM setting AS s
        WHERE s.application_id = $1::uuid AND s.folded_key = ANY($2::text[]) ORDER BY s.key
    ),
    chain.seq, chain.head
FROM (SELECT) AS always LEFT JOIN (
    SELECT seq, head FROM audit_chain WHERE name = $3 FOR UPDATE
) AS chain ON true
"""


async def _in_two_statements(
    connection: AsyncConnection, application: str, keys: Collection[str]
) -> Begun:
    locked = await _rows(connection, _LOCK, application)
    if not locked:
        raise UnknownApplication(application)
    *columns, now, _ = locked[0]
    head = Application(*columns)
    name, folded = chain_of(head.id), sorted({fold_key(key) for key in keys})
    ((environments, settings, seq, last),) = await _rows(connection, _READ, head.id, folded, name)
    state = State(
        head,
        EnvironmentTree(Environment(*row) for row in environments),
        {fold_key(row[1]): _setting(row) for row in settings},
    )
    chain = ChainHead(name, seq, last) if last else await lock_chain(connection, name)
    return Begun(state, chain, _not_before(head, now))


async def _rows(connection: AsyncConnection, text: str, *parameters: object) -> list[list[Any]]:
    return [list(row) for row in await connection.exec_driver_sql(text, parameters)]


# The same few settings are written again and again. A definition is never altered, only replaced.
_definition = lru_cache(maxsize=256)(definition_from_text)


def _setting(row: Sequence[Any]) -> SettingState:
    setting_id, key, definition, version, deleted, created_at, updated_at, updated_by = row[:8]
    values, policies = row[8:]
    return SettingState(
        setting_id,
        key,
        _definition(definition),
        version,
        deleted,
        created_at,
        updated_at,
        updated_by,
        {environment: Stored(*stored) for environment, *stored in values},
        {environment: SourcePolicy(policy) for environment, policy in policies},
    )


def _not_before(head: Application, now: datetime) -> datetime:
    """A clock that was set back orders nothing."""
    return max(now, head.changed_at)
