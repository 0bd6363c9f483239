"""Principals are made, tokens issued and revoked, each with its entry in the system chain."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from trimtab_server.access.create_principal import create_principal
from trimtab_server.access.errors import PrincipalExists, UnknownPrincipal, UnknownToken
from trimtab_server.access.issue_token import IssuedToken, issue_token
from trimtab_server.access.models import access_grant, principal, token
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant, PrincipalKind
from trimtab_server.access.queries import find_principal_id, find_token
from trimtab_server.access.revoke_token import revoke_token
from trimtab_server.audit.fact import Actor
from trimtab_server.audit.models import audit_entry
from trimtab_server.infra.database import Database

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Issue = Callable[..., Awaitable[IssuedToken]]


async def system_entries(database: Database) -> list[dict[str, Any]]:
    statement = select(audit_entry.c.body).order_by(audit_entry.c.seq)
    async with database.read() as connection:
        return [json.loads(body) for body in await connection.scalars(statement)]


async def test_create_principal__with_grants__is_stored_and_recorded(
    database: Database, operator: Actor
) -> None:
    grants = (Grant(Role.ADMIN, environment="dev"), Grant(Role.VIEWER))
    async with database.write() as connection:
        made = await create_principal(
            connection, operator, name="ada", kind=PrincipalKind.PERSON, grants=grants, at=AT
        )
        assert await find_principal_id(connection, "ada") == made
        rows = (await connection.execute(select(access_grant))).all()
    assert {(row.role, row.environment) for row in rows} == {("admin", "dev"), ("viewer", None)}
    entries = await system_entries(database)
    assert [entry["action"] for entry in entries] == [
        "principal-created",
        "grant-given",
        "grant-given",
    ]
    assert {entry["actorName"] for entry in entries} == {"operator"}
    assert entries[1]["subject"]["grant"]["environment"] == "dev"


async def test_create_principal__name_taken__is_refused(
    database: Database, operator: Actor, issue: Issue
) -> None:
    await issue(name="ada")
    async with database.write() as connection:
        with pytest.raises(PrincipalExists):
            await create_principal(
                connection, operator, name="ada", kind=PrincipalKind.PERSON, grants=(), at=AT
            )


async def test_issue_token__new__text_is_in_no_table(database: Database, issue: Issue) -> None:
    issued = await issue(Grant(Role.ADMIN), application="shop", environment="dev")
    secret = issued.text.rpartition("_")[2]
    async with database.read() as connection:
        rows = [
            row
            for table in (principal, token, access_grant, audit_entry)
            for row in await connection.execute(select(table))
        ]
        stored = await find_token(connection, issued.public_id)
    assert secret not in repr(rows)
    assert issued.text not in repr(issued)
    assert stored is not None
    assert stored.revoked_at is None
    assert (stored.info.application, stored.info.environment) == ("shop", "dev")
    assert stored.owner.grants == (Grant(Role.ADMIN),)
    entry = (await system_entries(database))[-1]
    assert entry["action"] == "token-issued"
    assert entry["subject"]["token"] == issued.public_id
    assert stored.digest not in repr(entry)


async def test_issue_token__unknown_or_disabled_principal__is_refused(
    database: Database, operator: Actor, issue: Issue
) -> None:
    await issue(name="ada")
    async with database.write() as connection:
        disabled = await find_principal_id(connection, "ada")
        await connection.execute(principal.update().values(disabled_at=AT))
        for who in (disabled, uuid4()):
            assert who is not None
            with pytest.raises(UnknownPrincipal):
                await issue_token(
                    connection,
                    operator,
                    principal_id=who,
                    name="more",
                    expires_at=AT + timedelta(days=1),
                    at=AT,
                )


async def test_issue_token__that_would_never_hold__is_refused(
    database: Database, operator: Actor
) -> None:
    async with database.write() as connection:
        with pytest.raises(ValueError, match="expire"):
            await issue_token(
                connection, operator, principal_id=uuid4(), name="x", expires_at=AT, at=AT
            )


async def test_revoke_token__twice__is_recorded_once(
    database: Database, operator: Actor, issue: Issue
) -> None:
    issued = await issue()
    async with database.write() as connection:
        assert await revoke_token(connection, operator, public_id=issued.public_id, at=AT)
    async with database.write() as connection:
        assert not await revoke_token(connection, operator, public_id=issued.public_id, at=AT)
        stored = await find_token(connection, issued.public_id)
    assert stored is not None
    assert stored.revoked_at == AT
    actions = [entry["action"] for entry in await system_entries(database)]
    assert actions == ["principal-created", "token-issued", "token-revoked"]


async def test_revoke_token__unknown__is_not_found(database: Database, operator: Actor) -> None:
    async with database.write() as connection:
        with pytest.raises(UnknownToken):
            await revoke_token(connection, operator, public_id="abcdefghijkl", at=AT)


async def test_find_token__role_from_a_later_version__gives_nothing(
    database: Database, issue: Issue
) -> None:
    issued = await issue(Grant(Role.VIEWER))
    async with database.write() as connection:
        await connection.execute(access_grant.update().values(role="overlord"))
        stored = await find_token(connection, issued.public_id)
    assert stored is not None
    assert stored.owner.grants == ()
