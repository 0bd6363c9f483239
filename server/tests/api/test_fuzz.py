"""Ten thousand requests that nobody would send, and none of them breaks the server.

`./dev measure security` sends a million (TRIMTAB_LONG_TESTS=1; FUZZ_REQUESTS=N for another number,
FUZZ_SEED=N to repeat a run).
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from api_driver import Store, running_app
from fuzzing import Drawn, draw_request, fuzz, operations
from trimtab_server.access.permission import Role
from trimtab_server.access.principal import Grant
from trimtab_server.app import create_app
from trimtab_server.infra.database import Database
from trimtab_server.settings import Settings

LONG = bool(os.environ.get("TRIMTAB_LONG_TESTS"))
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1000000" if LONG else "10000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261129"))
_EACH = int(os.environ.get("FUZZ_LAP", min(REQUESTS, 25_000)))  # then a new store


@pytest_asyncio.fixture(loop_scope="session")
async def prepared(
    request: pytest.FixtureRequest, lap: int, tmp_path: Path
) -> AsyncIterator[tuple[Store, str]]:
    """On SQLite, every fourth on PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    if lap % 4 == 3:
        url = request.getfixturevalue("postgres_url")
    store = Store(Database(url))
    await store.prepare()
    yield store, url
    await store.database.dispose()


@pytest.mark.timeout(3_600 if LONG else 110)
@pytest.mark.parametrize("lap", range(-(-REQUESTS // _EACH)))
async def test_requests__by_the_thousand__are_never_the_servers_fault(
    prepared: tuple[Store, str], lap: int
) -> None:
    store, url = prepared
    application = create_app(
        Settings(
            database_url=url,
            host="127.0.0.1",
            audit_key_file=Path("/nowhere/audit.key"),
            rate_limits="off",
        )
    )
    tokens = {
        "admin": await store.issue("root", Grant(Role.ADMIN)),
        "viewer": await store.issue("onlooker", Grant(Role.VIEWER, category="limits")),
        "doomed": await store.issue("doomed", Grant(Role.ADMIN)),
    }

    def token_for(request: Drawn) -> str | None:
        if "/tokens/self" in request.operation:
            return tokens["doomed"]
        return (tokens["viewer"], None, *[tokens["admin"]] * 8)[request.number % 10]

    described = operations(application.openapi())
    async with running_app(application) as running:
        drawn = (draw_request(number, SEED + lap, described) for number in range(_EACH))
        outcome = await fuzz(running, drawn, token_for)
    statuses = dict(sorted(outcome.statuses.items()))
    print(f"{url.partition(':')[0]}: {sum(statuses.values()):,} requests: {statuses}")
    assert not outcome.faults, outcome.faults[:3]
    assert sum(outcome.statuses.values()) == _EACH
    assert len(outcome.operations) == len(described)
    succeeded = sum(count for status, count in outcome.statuses.items() if status < 300)
    assert succeeded > 0.15 * _EACH, outcome.statuses
