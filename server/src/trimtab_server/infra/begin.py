"""A transaction begins on a connection that lives, without asking first whether it does.

A pooled connection may have died since it was used last: the database was restarted, or somebody
between here and there forgot it. A ping before each transaction would be three more round trips.
Instead BEGIN itself is the question: nothing has been read or written yet, so it is simply said
again on another connection.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only

_USED = "trimtab_used"


async def begin(
    engine: AsyncEngine, opened: AsyncExitStack, options: Mapping[str, Any]
) -> AsyncConnection:
    """A connection with these options in a new transaction; both end with `opened`.

    Connections out of the pool that turn out to be dead are dropped, until one is alive or was
    made just now.

    Raises:
        Whatever connecting, or BEGIN on a new connection, raises.
    """
    while True:
        connection = await opened.enter_async_context(engine.connect())
        await connection.execution_options(**options)
        info = connection.sync_connection.info  # type: ignore[union-attr]  # it is open
        try:
            await opened.enter_async_context(connection.begin())
        except (DBAPIError, ConnectionError):
            await connection.invalidate()
            if _USED not in info:
                raise
        else:
            info[_USED] = True
            return connection


def begin_at_once(engine: AsyncEngine) -> None:
    """PostgreSQL only: BEGIN is sent when a transaction begins.

    SQLAlchemy sends it with the first statement, when it is too late to take another connection.
    """
    dialect: Any = engine.dialect
    dialect.do_begin = _send_begin


def _send_begin(connection: Any) -> None:
    await_only(connection._start_transaction())  # noqa: SLF001 - what its first statement calls
