"""One engine per process; a transaction is either a read or a write, and says so when it begins."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from trimtab_server.infra.announcements import ANNOUNCED

from .begin import begin, begin_at_once
from .database_url import split_tls

OnAnnounced = Callable[[Sequence[str]], Awaitable[None]]
_WRITES = "trimtab_writes"


class Database:
    """The store's connections; `answer_seconds` is the longest that PostgreSQL may take for one
    statement, commit or connection.

    On SQLite a write transaction takes the write lock when it begins (`BEGIN IMMEDIATE`): a
    transaction that read first and upgraded later could only fail with "database is locked".
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, answer_seconds: float | None = None
    ) -> None:
        parsed, self.connect_args = split_tls(async_url(url))
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "connect_args": self.connect_args,
            "hide_parameters": True,  # an exception's text must not carry a value anywhere
        }
        if answer_seconds is not None and not self.is_sqlite:
            # The client's own deadlines: a server that hangs keeps none of its own.
            limits = {"command_timeout": answer_seconds, "timeout": answer_seconds}
            options |= {
                "connect_args": self.connect_args | limits,
                "pool_timeout": answer_seconds,
            }
        self.on_announced: OnAnnounced | None = None
        self.engine: AsyncEngine = create_async_engine(parsed, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            begin_at_once(self.engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view; nothing is written."""
        options: dict[str, Any] = {}
        if not self.is_sqlite:  # SQLite's deferred transaction is one consistent view already
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        async with AsyncExitStack() as opened:
            yield await begin(self.engine, opened, options)

    @asynccontextmanager
    async def write(self, *, tells: bool = True) -> AsyncIterator[AsyncConnection]:
        """Commits when the block ends, rolls back when it raises.

        What the transaction announced is then told to `on_announced`, unless the caller, with
        `tells=False`, tells this process itself.
        """
        announced: list[str] = []
        async with AsyncExitStack() as opened:
            yield await begin(self.engine, opened, {_WRITES: True, ANNOUNCED: announced})
        if tells and announced and self.on_announced is not None:
            await self.on_announced(announced)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def async_url(url: str) -> URL:
    """The URL with the asynchronous driver we ship: `postgresql://` and `sqlite://` are enough."""
    parsed = make_url(url)
    drivers = {"postgresql": "asyncpg", "postgres": "asyncpg", "sqlite": "aiosqlite"}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        raise ValueError(f"a database URL begins with postgresql:// or sqlite:///, not {backend}:")
    name = "postgresql" if backend == "postgres" else backend
    return parsed.set(drivername=f"{name}+{drivers[backend]}")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Runs outside any transaction: inside one, `foreign_keys` would silently stay off."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def database_now(connection: AsyncConnection) -> datetime:
    """The instant by the database's clock, so that several servers share one."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now
