"""An empty store on each database we support."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import trimtab_server.audit.models  # noqa: F401 - brings its tables into the metadata
from trimtab_server.infra.columns import metadata
from trimtab_server.infra.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with all tables that are known, of this test's own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_url")
    opened = Database(url)
    async with opened.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.dispose()
