"""Real PostgreSQL and Valkey for both test suites, started from wheels: no container, no network.

`TEST_DATABASE_URL` and `TEST_REDIS_URL` name servers to use instead. What happens to be installed
on the machine is never used: the version under test would change from machine to machine.
"""

from .fixtures import postgres_server, postgres_url, store_url, valkey_server
from .postgres import PostgresServer, running_postgres
from .valkey import running_valkey

__all__ = [
    "PostgresServer",
    "postgres_server",
    "postgres_url",
    "running_postgres",
    "running_valkey",
    "store_url",
    "valkey_server",
]
