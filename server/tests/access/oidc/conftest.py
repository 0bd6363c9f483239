"""An issuer, and the whole application that takes its tokens."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from api_driver import Served, serving
from issuer_driver import LoopbackIssuer, running_issuer

ROLES = (
    '[{"group": "ops", "role": "admin"}, {"group": "readers", "role": "viewer"},'
    ' {"group": "voice", "role": "editor", "environment": "dev", "category": "voice"}]'
)


@pytest.fixture(scope="session")
def one_issuer() -> Iterator[LoopbackIssuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(one_issuer: LoopbackIssuer) -> Iterator[LoopbackIssuer]:
    """An issuer that is there, with its first keys and nobody's questions."""
    served, discovery = list(one_issuer.served), dict(one_issuer.discovery)
    one_issuer.asked, one_issuer.is_away = 0, False
    yield one_issuer
    one_issuer.served, one_issuer.discovery = served, discovery


@pytest.fixture
async def served(tmp_path: Path, issuer: LoopbackIssuer) -> AsyncIterator[Served]:
    """The application on an empty SQLite database that takes this issuer's tokens."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    async with serving(url, **issuer.settings(oidc_roles=ROLES)) as served:
        yield served
