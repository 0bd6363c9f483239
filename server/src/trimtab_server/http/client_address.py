"""The address that a request comes from: the peer's, or what a proxy of ours says it is."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

_Address = IPv4Address | IPv6Address


class ClientAddress:
    """Says of each request where it comes from; by its peer alone where no proxy is trusted."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        trusted = tuple(networks)
        self._proxies = TrustedProxies(trusted) if trusted else None

    def __call__(self, scope: Scope) -> str | None:
        """The address, or None where the peer has none (a Unix socket)."""
        peer: str | None = (scope.get("client") or (None,))[0]
        if self._proxies is None:
            return peer
        return self._proxies.client(peer, self.forwarded(scope))

    def forwarded(self, scope: Scope) -> Sequence[str]:
        """What the request says of its way here, where somebody is trusted to say it."""
        if self._proxies is None:
            return ()
        return Headers(scope=scope).getlist("x-forwarded-for")

    def behind(self, peer: str | None, forwarded: Sequence[str]) -> str | None:
        """The address of a request from this peer that says this of its way."""
        return peer if self._proxies is None else self._proxies.client(peer, forwarded)


class TrustedProxies:
    """Addresses whose `X-Forwarded-For` is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(one) for one in networks]

    def client(self, peer: str | None, forwarded: Sequence[str]) -> str | None:
        """The last address on the way that is no proxy of ours.

        Each proxy adds on the right where it was asked from, so what stands left of the first
        stranger is that stranger's own word. What is no address counts as its end.
        """
        if peer is None or not self._is_trusted(_parsed(peer)):
            return peer
        client = peer
        for one in reversed([one for header in forwarded for one in header.split(",")]):
            address = _parsed(one.strip())
            if address is None:
                return client
            client = str(address)
            if not self._is_trusted(address):
                return client
        return client

    def _is_trusted(self, address: _Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _parsed(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
