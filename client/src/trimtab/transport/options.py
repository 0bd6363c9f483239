"""How this library talks HTTP: credential, proxies, certificates, timeouts."""

from ipaddress import ip_address
from typing import TypedDict
from urllib.parse import urlsplit

import httpx2

from trimtab.profile import Profile


class HttpOptions(TypedDict):
    """Arguments for `httpx2.Client` and `httpx2.AsyncClient` alike."""

    base_url: str
    headers: dict[str, str]
    timeout: httpx2.Timeout
    trust_env: bool
    verify: bool


def http_options(profile: Profile, *, channel: str, timeout: httpx2.Timeout) -> HttpOptions:
    """For requests to the profile's server under its token."""
    return {
        "base_url": profile.url,
        "headers": {"Authorization": f"Bearer {profile.token}", "Trimtab-Channel": channel},
        "timeout": timeout,
        # A proxy of the environment cannot reach our own machine.
        "trust_env": not _is_loopback(profile.url),
        # Without TLS there is nothing to verify, and loading the certificates takes longest.
        "verify": profile.url.startswith("https://"),
    }


def why_unreachable(error: httpx2.HTTPError) -> str:
    """What kept an answer from coming, in words."""
    match error:
        case httpx2.ConnectTimeout():
            return "connecting took too long"
        case httpx2.TimeoutException():
            return "it did not answer in time (a write may still have been made)"
        case httpx2.ConnectError():
            return "nothing listens there" if "refused" in str(error).lower() else str(error)
        case httpx2.RemoteProtocolError():
            return "it broke the connection off (a write may still have been made)"
        case _:
            return str(error) or type(error).__name__


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
