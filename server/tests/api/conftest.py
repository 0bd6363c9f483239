"""The whole application on each database: one of each for the run, emptied between tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api_driver import Api, Store, running_app
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Served:
    """A running application, its store, and a token of each kind."""

    app: FastAPI
    store: Store
    client: httpx2.AsyncClient
    tokens: dict[str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all of these tests: connections outlive a test, so the loop must too."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[Served]:
    database = Database(url)
    store = Store(database)
    await store.prepare()
    tokens = {
        "admin": await store.issue("root", Grant(Role.ADMIN)),
        "viewer": await store.issue("onlooker", Grant(Role.VIEWER)),
        "dev": await store.issue("dev-only", Grant(Role.ADMIN, environment="dev")),
        "bound": await store.issue("bound", Grant(Role.ADMIN), environment="dev"),
        "nobody": await store.issue("nobody"),
    }
    no_key = Path("/nowhere/audit.key")
    app = create_app(
        Settings(
            database_url=url,
            host="127.0.0.1",
            audit_key_file=no_key,
            max_streams=0,
            rate_limits="off",
        )
    )
    # One process serves all tests: what one of them is refused must not hide the next one's.
    app.state.door.refusals.most_each = 1_000_000
    async with running_app(app) as running:
        transport = httpx2.ASGITransport(running, raise_app_exceptions=True)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://trimtab.test"
        ) as client:
            yield Served(app, store, client, tokens)
    await database.dispose()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["sqlite", "postgresql"])
async def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The application on one of the databases, for the whole run."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("api") / "store.sqlite3"
        async with serving(f"sqlite:///{path}") as served:
            yield served
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create_database()
    async with serving(url) as served:
        yield served
    server.drop_database(url)


@pytest_asyncio.fixture(loop_scope="session")
async def served(running: Served) -> Served:
    """The same, empty but for `default` and its environments."""
    await running.app.state.door.drain()
    await running.store.reset()
    await running.app.state.feed.look()
    await running.app.state.feed.drain()
    return running


@pytest.fixture
def store(served: Served) -> Store:
    return served.store


@pytest.fixture
def api(served: Served) -> Api:
    """The API as an administrator uses it."""
    return Api(served.client, served.tokens["admin"])


@pytest.fixture
def app(served: Served) -> FastAPI:
    return served.app


@pytest.fixture
def token(served: Served) -> Callable[[str], str]:
    """The token of `admin`, `viewer`, `dev` (admin of dev), `bound` (to dev) or `nobody`."""
    return served.tokens.__getitem__
