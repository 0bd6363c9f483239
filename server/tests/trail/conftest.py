"""A store on each database we support, and applications of a test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine_driver import Driver
from trimtab_server.infra.database import Database
from trimtab_server.migrations.move import upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An upgraded database of this test's own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Database(url)
    await upgrade(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
async def driver(database: Database) -> Driver:
    """Changes to applications of their own."""
    return Driver(database)
