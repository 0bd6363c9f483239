"""Whose word is taken about where a request comes from."""

import pytest

from trimtab_server.http.client_address import TrustedProxies

OURS = TrustedProxies(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.9", ["198.51.100.1"], "192.0.2.9"),  # a stranger says nothing about itself
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["127.0.0.1, 198.51.100.1"], "198.51.100.1"),  # its own word is further left
        ("10.0.0.1", ["127.0.0.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, rubbish"], "10.0.0.1"),
        ("10.0.0.1", ["rubbish, 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::1", ["2001:db8::1"], "2001:db8::1"),
        (None, ["198.51.100.1"], None),
        ("unix", ["198.51.100.1"], "unix"),
    ],
)
def test_client__of_a_request__is_the_last_that_is_no_proxy_of_ours(
    peer: str | None, forwarded: list[str], client: str | None
) -> None:
    assert OURS.client(peer, forwarded) == client
