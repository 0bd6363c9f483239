"""What a server does not start with: an open door, a known key, a wire that anybody reads.

Everything is found before anything is made, opened or printed, and told together.
"""

import os
import stat
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from trimtab_server.access.configured_issuer import configured_issuer
from trimtab_server.access.rate_limits import parse_rate_limits
from trimtab_server.infra.database_url import is_local, is_verified
from trimtab_server.settings import BadSettings, Settings

# Passwords that stand in our own documents. They are known to everybody who reads.
PUBLISHED = frozenset({"change-me", "hunter22", "example", "example-password"})
# Passwords that everybody tries first; good enough where nobody else can connect.
_COMMON = frozenset(
    {"", "admin", "changeme", "password", "postgres", "redis", "root", "secret", "test", "trimtab"}
)


def check_is_safe(settings: Settings) -> None:
    """Go on only with settings that are safe to serve with.

    Raises:
        BadSettings: names every variable that has to change, and how; never a value of it.
    """
    problems = [
        *_listening(settings),
        *_tls_files(settings),
        *_database(settings),
        *_passwords(settings),
        *_proxies(settings),
    ]
    if problems:
        raise BadSettings("; ".join(problems))
    parse_rate_limits(settings.rate_limits)
    configured_issuer(settings)


def _listening(settings: Settings) -> Iterator[str]:
    is_open = not settings.is_loopback and settings.tls_cert_file is None
    if is_open and not settings.allow_plain_http:
        yield (
            "TRIMTAB_HOST: other machines could connect, and tokens would travel unencrypted: set "
            "TRIMTAB_TLS_CERT_FILE and TRIMTAB_TLS_KEY_FILE, or TRIMTAB_ALLOW_PLAIN_HTTP=true "
            "where a proxy in front of the server speaks TLS"
        )


def _tls_files(settings: Settings) -> Iterator[str]:
    pair = {
        "TRIMTAB_TLS_CERT_FILE": settings.tls_cert_file,
        "TRIMTAB_TLS_KEY_FILE": settings.tls_key_file,
    }
    if len([one for one in pair.values() if one is not None]) == 1:
        yield "TRIMTAB_TLS_CERT_FILE and TRIMTAB_TLS_KEY_FILE: one needs the other"
    for name, path in pair.items():
        if path is not None and not os.access(path, os.R_OK):
            yield f"{name}: cannot be read"
    if settings.tls_key_file is not None and _others_may_read(settings.tls_key_file):
        yield "TRIMTAB_TLS_KEY_FILE: can be read by everybody on this machine: chmod o-rwx it"


def _others_may_read(path: Path) -> bool:
    try:
        return os.name == "posix" and bool(path.stat().st_mode & stat.S_IRWXO)
    except OSError:
        return False


def _database(settings: Settings) -> Iterator[str]:
    url = settings.database_url
    if (
        url
        and not settings.allow_unverified_database
        and not is_local(url)
        and not is_verified(url)
    ):
        yield (
            "TRIMTAB_DATABASE_URL: anybody on the way could be the database: add "
            "?sslmode=verify-full, or set TRIMTAB_ALLOW_UNVERIFIED_DATABASE=true in a network "
            "that you trust"
        )


def _passwords(settings: Settings) -> Iterator[str]:
    for name, url in (
        ("TRIMTAB_DATABASE_URL", settings.database_url),
        ("TRIMTAB_REDIS_URL", settings.redis_url),
    ):
        password = _password(url)
        if password is None:
            continue
        if password in PUBLISHED or (password.lower() in _COMMON and not is_local(url)):
            yield f"{name}: its password is one that everybody knows: choose another"


def _password(url: str) -> str | None:
    try:
        password = urlsplit(url).password
    except ValueError:
        return None
    return None if password is None else unquote(password)


def _proxies(settings: Settings) -> Iterator[str]:
    for one in settings.proxies:
        try:
            ip_network(one)
        except ValueError:
            yield "TRIMTAB_TRUSTED_PROXIES: must be addresses or networks, `10.0.0.0/8,::1`"
            return
