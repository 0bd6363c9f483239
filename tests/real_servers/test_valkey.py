"""The Valkey of the test run answers, and is gone after its block."""

import socket
from urllib.parse import urlsplit

import pytest

from real_servers import running_valkey


def test_server__asked__answers(valkey_server: str) -> None:
    assert _ping(valkey_server) == b"+PONG\r\n"


def test_server__after_its_block__is_gone() -> None:
    with running_valkey() as url:
        assert _ping(url) == b"+PONG\r\n"
    with pytest.raises(ConnectionRefusedError):
        _ping(url)


def _ping(url: str) -> bytes:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(100)
