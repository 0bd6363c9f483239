"""When a token was last used is known to the minute, and nobody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import event, select
from structlog.testing import capture_logs

from trimtab_server.access.issue_token import IssuedToken
from trimtab_server.access.models import token
from trimtab_server.access.queries import find_token
from trimtab_server.access.token_use import EVERY_SECONDS, TokenUse
from trimtab_server.infra.database import Database

Issue = Callable[..., Awaitable[IssuedToken]]


class Clock(Protocol):
    seconds: float

    def monotonic(self) -> float: ...


async def used(database: Database) -> list[datetime | None]:
    async with database.read() as connection:
        return list(await connection.scalars(select(token.c.last_used_at)))


def updates(database: Database) -> list[str]:
    found: list[str] = []

    def note(*facts: object) -> None:
        if str(facts[2]).startswith("UPDATE"):
            found.append(str(facts[2]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    return found


async def test_note__again_and_again__is_written_once_a_minute(
    database: Database, clock: Clock, issue: Issue
) -> None:
    stored = await found(database, await issue())
    use, written = TokenUse(database, monotonic=clock.monotonic), updates(database)
    for _ in range(1000):
        use.note(stored)
    await use.drain()
    assert len(written) == 1
    first = await used(database)
    assert first[0] is not None
    clock.seconds += EVERY_SECONDS - 1
    use.note(stored)
    await use.drain()
    assert await used(database) == first
    clock.seconds += 1
    use.note(stored)
    await use.drain()
    assert len(written) == 2


async def test_note__many_tokens_at_once__share_statements(
    database: Database, issue: Issue
) -> None:
    ids = [await found(database, await issue(name=f"p{number}")) for number in range(20)]
    use, written = TokenUse(database), updates(database)
    for one in ids:
        use.note(one)
    await use.drain()
    assert len(written) <= 2
    assert None not in await used(database)


async def test_note__while_somebody_writes__does_not_wait(database: Database, issue: Issue) -> None:
    stored = await found(database, await issue())
    use = TokenUse(database)
    async with database.write() as connection:  # on SQLite, the one write lock there is
        await connection.execute(token.update().values(name="renamed"))
        use.note(stored)
        await asyncio.sleep(0)
        assert await used(database) == [None]
    await use.drain()
    assert None not in await used(database)


async def test_note__store_away__lets_in_and_forgets(database: Database, issue: Issue) -> None:
    stored = await found(database, await issue())
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    use = TokenUse(away)
    with capture_logs() as logs:
        use.note(stored)
        await use.drain()
    assert [line["event"] for line in logs] == ["token-use-not-written"]
    await away.dispose()


async def found(database: Database, issued: IssuedToken) -> UUID:
    async with database.read() as connection:
        stored = await find_token(connection, issued.public_id)
    assert stored is not None
    return stored.info.id
