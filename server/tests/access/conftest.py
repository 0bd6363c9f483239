"""An empty store on each database we support, and people with tokens in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from api_driver import Served, serving
from trimtab_server.access.create_principal import create_principal
from trimtab_server.access.issue_token import IssuedToken, issue_token
from trimtab_server.access.principal import Grant, PrincipalKind
from trimtab_server.infra.columns import metadata
from trimtab_server.infra.database import Database


@pytest.fixture
def database_url(store_url: str) -> str:
    """An empty database; a module whose tests do not depend on its kind may override this."""
    return store_url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables that are known, of this test's own."""
    opened = Database(database_url)
    async with opened.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.dispose()


@dataclass(frozen=True, slots=True)
class Operator:
    """Who administers access in these tests."""

    id: str | None = "operator-1"
    name: str | None = "operator"
    channel: str = "server"
    request_id: str | None = "request-1"
    address: str | None = None


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """The whole application on an empty SQLite database, and its administrator."""
    async with serving(f"sqlite:///{tmp_path / 'store.sqlite3'}") as served:
        yield served


@dataclass
class Clock:
    """Time that passes when the test says so."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return AT + timedelta(seconds=self.seconds - 1000.0)


AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """Begins on 2026-01-02 at 03:04:05 UTC."""
    return Clock()


Issue = Callable[..., Awaitable[IssuedToken]]


@pytest.fixture
def issue_in(operator: Operator) -> Issue:
    """Makes a token in a database, with a principal of its own."""

    async def make(
        database: Database,
        *grants: Grant,
        name: str = "ada",
        days: float = 1,
        **bound: str | None,
    ) -> IssuedToken:
        async with database.write() as connection:
            principal_id = await create_principal(
                connection,
                operator,
                name=name,
                kind=PrincipalKind.SERVICE,
                grants=grants,
                at=AT,
            )
            return await issue_token(
                connection,
                operator,
                principal_id=principal_id,
                name=f"token of {name}",
                expires_at=AT + timedelta(days=days),
                at=AT,
                **bound,
            )

    return make


@pytest.fixture
def issue(issue_in: Issue, database: Database) -> Issue:
    return partial(issue_in, database)
