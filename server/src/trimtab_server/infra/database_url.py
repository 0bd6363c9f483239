"""What a database URL says about the way to the database, and how that is told to its driver."""

import os
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy.engine import URL

_SSL_PARAMETERS = ("sslmode", "sslrootcert")
_VERIFIED = frozenset({"verify-ca", "verify-full"})


def is_local(url: str) -> bool:
    """Whether what it names is on this machine: a file, a socket, or a loopback address."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query).get("host", [])
        hosts = [host for host in [parts.hostname, *asked] if host]
    except ValueError:
        return False
    if parts.scheme.startswith("sqlite"):
        return True
    return all(host.startswith("/") or _is_loopback(host) for host in hosts)


def is_verified(url: str) -> bool:
    """Whether the server behind it has to prove, by a certificate, that it has that name."""
    try:
        modes = parse_qs(urlsplit(url).query)
    except ValueError:
        return False
    return (modes.get("sslmode") or modes.get("ssl")) == ["verify-full"]


def split_tls(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL without libpq's `sslmode` and `sslrootcert`, which asyncpg does not know, and what
    it takes in their place.

    Certificates are checked against `sslrootcert`, else `PGSSLROOTCERT`, else
    `~/.postgresql/root.crt`, else the authorities that this machine trusts.
    """
    mode = url.query.get("sslmode")
    if url.get_backend_name() != "postgresql" or not isinstance(mode, str):
        return url, {}
    root = url.query.get("sslrootcert")
    stripped = url.difference_update_query(_SSL_PARAMETERS)
    if mode not in _VERIFIED:
        return stripped, {"ssl": mode}
    context = ssl.create_default_context(cafile=_authorities(root))
    context.check_hostname = mode == "verify-full"
    return stripped, {"ssl": context}


def _authorities(given: object) -> str | None:
    if isinstance(given, str) and given != "system":
        return given
    named = os.environ.get("PGSSLROOTCERT")
    kept = Path("~/.postgresql/root.crt").expanduser()
    if given is None and named:
        return named
    return str(kept) if given is None and kept.is_file() else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
