"""A store on each database we support, and applications of a test's own."""

from collections.abc import AsyncIterator

import pytest

from engine_driver import Driver
from trimtab_server.infra.database import Database
from trimtab_server.migrations.move import upgrade


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """An upgraded database of this test's own."""
    opened = Database(store_url)
    await upgrade(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
async def driver(database: Database) -> Driver:
    """Changes to applications of their own."""
    return Driver(database)
