"""Settings classes on a client in memory."""

from collections.abc import Iterator

import pytest

import trimtab
from trimtab.client import Client


@pytest.fixture
def cfg() -> Iterator[Client]:
    """A client without a server, in use for the test."""
    with trimtab.connect(mode="memory") as client, trimtab.use(client):
        yield client
