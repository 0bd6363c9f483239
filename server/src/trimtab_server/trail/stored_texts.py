"""Every text in the store that a person or a program once sent, and where it stands."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.access.models import principal, token
from trimtab_server.audit.chain import chain_of
from trimtab_server.audit.models import audit_entry, audit_value
from trimtab_server.catalog.items import ItemKind
from trimtab_server.catalog.models import application, change, change_item, environment, setting
from trimtab_server.config.models import configuration, idempotency_record
from trimtab_server.kernel.secret_json import strings_in
from trimtab_server.trail.chains import load_chains


class Where(StrEnum):
    """Which kind of place."""

    VALUE = "value"
    DEFINITION = "definition"
    HISTORY = "history"
    COMMENT = "comment"
    ANSWER = "kept-answer"  # of a request with an idempotency key
    AUDIT = "audit"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place. `revision` is an entry's number where the place is in an audit chain."""

    where: Where
    application: str | None = None
    key: str | None = None
    environment: str | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class StoredText:
    """What stands there: a definition, a JSON value, or plain text (`content` is decoded).

    `chain` is the chain whose entries can say that somebody vouched for it.
    """

    spot: Spot
    text: str
    content: Any
    is_definition: bool = False
    is_reference: bool = False
    chain: str | None = None


async def stored_texts(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    """All of them, a row at a time."""
    for read in (
        _values,
        _definitions,
        _items,
        _comments,
        _answers,
        _audit_values,
        _reasons,
        _names,
    ):
        async for one in read(connection):
            yield one


async def _values(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    query = (
        select(
            application.c.id,
            application.c.name,
            setting.c.key,
            setting.c.is_secret,
            configuration.c.environment,
            configuration.c.value,
        )
        .join_from(configuration, setting)
        .join(application, application.c.id == setting.c.application_id)
        .where(configuration.c.value.is_not(None))
    )
    async for row in await connection.stream(query):
        spot = Spot(Where.VALUE, row.name, row.key, row.environment)
        yield _json(spot, row.value, chain=chain_of(row.id), is_reference=row.is_secret)


async def _definitions(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    query = select(application.c.id, application.c.name, setting.c.key, setting.c.definition)
    async for row in await connection.stream(query.join_from(setting, application)):
        spot = Spot(Where.DEFINITION, row.name, row.key)
        yield _json(spot, row.definition, chain=chain_of(row.id), is_definition=True)


async def _items(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    query = (
        select(change_item, application.c.name, setting.c.is_secret)
        .join_from(change_item, application, application.c.id == change_item.c.application_id)
        .outerjoin(setting, setting.c.id == change_item.c.setting_id)
    )
    async for row in await connection.stream(query):
        spot = Spot(Where.HISTORY, row.name, row.key, row.environment, row.revision)
        for text in filter(None, (row.old, row.new)):
            yield _json(
                spot,
                text,
                chain=chain_of(row.application_id),
                is_definition=row.kind == ItemKind.DEFINITION,
                is_reference=bool(row.is_secret) and row.kind == ItemKind.VALUE,
            )


async def _comments(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    query = select(application.c.name, change.c.revision, change.c.comment)
    query = query.join_from(change, application).where(change.c.comment.is_not(None))
    async for row in await connection.stream(query):
        yield _plain(Spot(Where.COMMENT, row.name, revision=row.revision), row.comment)


async def _answers(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    query = select(idempotency_record.c.key, idempotency_record.c.outcome)
    async for row in await connection.stream(query):
        yield _plain(Spot(Where.ANSWER), row.key)
        yield _json(Spot(Where.ANSWER), row.outcome)


async def _audit_values(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    whose = {one.name: one.application for one in await load_chains(connection)}
    query = select(audit_value.c.chain, audit_value.c.seq, audit_value.c.value)
    async for row in await connection.stream(query):
        spot = Spot(Where.AUDIT, whose.get(row.chain), revision=row.seq)
        yield _json(spot, row.value, chain=row.chain)


async def _reasons(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    """What stands in the entries themselves; their hashes and numbers are none of anybody's."""
    whose = {one.name: one.application for one in await load_chains(connection)}
    columns = audit_entry.c
    query = select(columns.chain, columns.seq, columns.reason, columns.actor_name, columns.body)
    async for row in await connection.stream(query):
        spot = Spot(Where.AUDIT, whose.get(row.chain), revision=row.seq)
        subject = [one.text for one in strings_in(json.loads(row.body)["subject"])]
        yield StoredText(spot, "", [*filter(None, (row.reason, row.actor_name)), *subject])


async def _names(connection: AsyncConnection) -> AsyncIterator[StoredText]:
    applications = {row.id: row.name for row in await connection.execute(select(application))}
    for name in applications.values():
        yield _plain(Spot(Where.NAME, name), name)
    for row in await connection.execute(select(environment)):
        yield _plain(Spot(Where.NAME, applications[row.application_id]), row.name)
    for row in await connection.execute(select(setting.c.application_id, setting.c.key)):
        yield _plain(Spot(Where.NAME, applications[row.application_id], row.key), row.key)
    for table in (principal, token):
        for row in await connection.execute(select(table.c.name)):
            yield _plain(Spot(Where.NAME), row.name)


def _plain(spot: Spot, text: str) -> StoredText:
    return StoredText(spot, text, text)


def _json(
    spot: Spot,
    text: str,
    *,
    chain: str | None = None,
    is_definition: bool = False,
    is_reference: bool = False,
) -> StoredText:
    """Plain text where it is no JSON: a comment, or what was written around the server."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = text
    return StoredText(spot, text, content, is_definition, is_reference, chain)
