"""Connections for routes: one request is one transaction, over before the reply leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from trimtab_server.infra.database import Database


async def database_of(request: Request) -> Database:
    """The process's database, made once at start."""
    database: Database = request.state.database
    return database


async def _reading(
    database: Annotated[Database, Depends(database_of)],
) -> AsyncIterator[AsyncConnection]:
    async with database.read() as connection:
        yield connection


async def _writing(
    database: Annotated[Database, Depends(database_of)],
) -> AsyncIterator[AsyncConnection]:
    async with database.write() as connection:
        yield connection


# Scope `function`: a transaction that fails to commit is an error to the caller, not a lost reply.
ReadConnection = Annotated[AsyncConnection, Depends(_reading, scope="function")]
WriteConnection = Annotated[AsyncConnection, Depends(_writing, scope="function")]
AnyDatabase = Annotated[Database, Depends(database_of)]
