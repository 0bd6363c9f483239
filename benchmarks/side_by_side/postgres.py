"""PostgreSQL as it comes, from the wheel: with fsync, so that what is acknowledged is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from real_servers import PostgresServer, running_postgres

SAID = "PostgreSQL from the wheel, fsync and synchronous_commit on, shared_buffers 128MB"


@contextmanager
def durable_postgres() -> Iterator[PostgresServer]:
    """A new server with the defaults of PostgreSQL."""
    with running_postgres(
        {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "autovacuum": "on",
            "shared_buffers": "128MB",
        }
    ) as server:
        yield server
