"""The PostgreSQL of the test run is a real one and leaves nothing behind."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from real_servers import PostgresServer, running_postgres

HOLDS_A_SERVER = """
import sys
from real_servers import running_postgres
with running_postgres() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def test_database__copied_from_a_template__holds_its_tables(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    postgres_server.execute("CREATE TABLE t (a text); INSERT INTO t VALUES ('ä')", postgres_url)
    copy = postgres_server.create_database(template=postgres_url)
    assert postgres_server.execute("SELECT a FROM t", copy) == "ä"
    postgres_server.drop_database(copy)


def test_databases__of_two_tests__are_apart(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert postgres_server.execute(tables, postgres_url) == "0"


def test_statement__that_fails__is_an_error(postgres_server: PostgresServer) -> None:
    with pytest.raises(RuntimeError, match="nowhere"):
        postgres_server.execute("SELECT * FROM nowhere")


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="a server was given")
def test_server__of_the_run__never_runs_as_root(postgres_server: PostgresServer) -> None:
    folder = Path(postgres_server.execute("SHOW data_directory"))
    assert folder.stat().st_uid != 0
    assert folder.stat().st_mode & 0o077 == 0


def test_server__after_its_block__is_gone_with_its_folder() -> None:
    with running_postgres() as server:
        folder = Path(server.execute("SHOW data_directory")).parent
    assert not folder.exists()
    with pytest.raises(RuntimeError, match="refused"):
        server.execute("SELECT 1")


def test_server__whose_owner_is_killed__stops() -> None:
    search = str(Path(__file__).parents[2] / "testing")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": search},
    ) as owner:
        assert owner.stdout is not None
        server = PostgresServer(owner.stdout.readline().strip())
        folder = Path(server.execute("SHOW data_directory")).parent
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            owner.kill()
            with suppress(ConnectionResetError):  # it went before it took this connection up
                assert connection.recv(1) == b""  # the server closed it: it is gone
    shutil.rmtree(folder, ignore_errors=True)  # what a killed owner cannot do
