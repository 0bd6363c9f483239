"""What a transaction tells the world once it has committed: a hint, never the truth.

On PostgreSQL an announcement is a NOTIFY within the transaction, so that it comes with the commit
or not at all. On both databases whoever listens in this process is told before the writer goes on
(`Database.on_announced`).
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

CHANNEL = "trimtab"
ANNOUNCED = "trimtab_announced"


async def announce(connection: AsyncConnection, payload: str) -> None:
    """Send this when the connection's transaction commits."""
    remember(connection, payload)
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(CHANNEL, payload)))


def remember(connection: AsyncConnection, payload: str) -> None:
    """Tell it in this process when the transaction has committed; nobody else is told."""
    announced = connection.sync_connection.get_execution_options().get(ANNOUNCED)  # type: ignore[union-attr]  # it is open
    if announced is not None:
        announced.append(payload)
