"""An empty store on each database we support."""

from collections.abc import AsyncIterator

import pytest

import trimtab_server.audit.models  # noqa: F401 - brings its tables into the metadata
from trimtab_server.infra.columns import metadata
from trimtab_server.infra.database import Database


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    """A database with all tables that are known, of this test's own."""
    opened = Database(store_url)
    async with opened.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.dispose()
