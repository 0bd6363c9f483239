"""Asking the issuer for its keys: discovery (OpenID Connect Discovery 1.0), then its JWK set."""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2

from trimtab_server.kernel.strict_json import parse_json

from .public_key import PublicKey, usable_keys

WITHIN_SECONDS = 5.0
MOST_BYTES = 256 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class BadIssuer(Exception):
    """What the issuer answers is not what an issuer of that name answers."""


def is_safe_url(url: str) -> bool:
    """Whether nobody on the way can change what comes from there: https, or this machine."""
    parts = urlsplit(url)
    if parts.username is not None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


async def fetch_keys(issuer: str, algorithms: frozenset[str]) -> tuple[PublicKey, ...]:
    """The keys that the issuer has now; no redirect is followed, and nothing large is read.

    Raises:
        BadIssuer, httpx2.HTTPError, ValueError, TimeoutError: there is no such answer.
    """
    trusts_environment = not _is_loopback(urlsplit(issuer).hostname or "")  # a proxy is none there
    async with (
        asyncio.timeout(WITHIN_SECONDS),
        httpx2.AsyncClient(timeout=WITHIN_SECONDS, trust_env=trusts_environment) as client,
    ):
        discovered = await _read(client, issuer.rstrip("/") + _DISCOVERY)
        address = discovered.get("jwks_uri")
        if discovered.get("issuer") != issuer or not isinstance(address, str):
            raise BadIssuer
        if not is_safe_url(address):
            raise BadIssuer
        keys = (await _read(client, address)).get("keys")
    if not isinstance(keys, list):
        raise BadIssuer
    return usable_keys(keys, algorithms)


async def _read(client: httpx2.AsyncClient, url: str) -> Mapping[str, Any]:
    read = bytearray()
    async with client.stream("GET", url, follow_redirects=False) as response:
        if response.status_code != httpx2.codes.OK:
            raise BadIssuer
        async for chunk in response.aiter_bytes():
            read += chunk
            if len(read) > MOST_BYTES:
                raise BadIssuer
    parsed = parse_json(bytes(read))
    if not isinstance(parsed, dict):
        raise BadIssuer
    return parsed


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
