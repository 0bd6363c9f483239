"""The fixtures both suites use; a server starts when the first test asks for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .postgres import PostgresServer, running_postgres
from .valkey import running_valkey


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the run: `TEST_DATABASE_URL`, else a new one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield PostgresServer(given)
        return
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of this test's own, of each kind that we support."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of one Valkey for the run: `TEST_REDIS_URL`, else a new one."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with running_valkey() as url:
        yield url
