"""Named forms of text, each with its own grammar.

uri       RFC 3986, absolute; http, https, ws and wss also need a host (RFC 9110, section 4.2)
email     RFC 5321 mailbox: no display name, no [address] instead of a domain
hostname  RFC 1123; IPv4 addresses have its form too
duration  whole numbers with d, h, m, s, ms, each at most once and in this order: 1h30m, 250ms
bytes     a whole number with B, kB, KB, MB, GB, TB, PB (powers of 1000) or KiB ... PiB (of 1024)
cron      five fields separated by spaces: minute, hour, day, month, weekday
timezone  a name of the IANA time zone database, in its own spelling
"""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from jsonschema_rs import Draft202012Validator, EmailOptions

from .formats_cron import is_cron

_COUNT = r"(?:0|[1-9][0-9]{0,8})"
_UNITS = ("d", "h", "m", "s", "ms")
# One alternative for each first unit: "at least one" without looking ahead, for JSON Schema too.
DURATION = "|".join(
    f"{_COUNT}{unit}" + "".join(f"(?:{_COUNT}{later})?" for later in _UNITS[place + 1 :])
    for place, unit in enumerate(_UNITS)
)
BYTES = r"(?:0|[1-9][0-9]{0,14})(?:B|[kKMGTP]B|[KMGTP]iB)"

_DURATION = re.compile(DURATION)
_BYTES = re.compile(BYTES)
_NEEDS_HOST = frozenset({"http", "https", "ws", "wss"})
# In the database for the machine's own use: neither says which zone is meant.
_NOT_ZONES = frozenset({"localtime", "Factory"})


def is_of_format(name: str, text: str) -> bool:
    """Whether `text` has the form that `name`, one of `FORMATS`, stands for."""
    return _CHECKS[name](text)


def _schema_format(name: str) -> Callable[[str], bool]:
    return Draft202012Validator(
        {"type": "string", "format": name},
        validate_formats=True,
        email_options=EmailOptions(allow_display_text=False, allow_domain_literal=False),
        offline=True,
    ).is_valid


_is_uri = _schema_format("uri")


def _is_usable_uri(text: str) -> bool:
    if not _is_uri(text):
        return False
    parts = urlsplit(text)
    try:
        return parts.scheme not in _NEEDS_HOST or (bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port beyond 65535
        return False


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    known = frozenset(available_timezones()) - _NOT_ZONES
    if not known:
        raise LookupError("this machine has no time zone data: install the package tzdata")
    return known


_CHECKS: dict[str, Callable[[str], bool]] = {
    "bytes": lambda text: _BYTES.fullmatch(text) is not None,
    "cron": is_cron,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "email": _schema_format("email"),
    "hostname": _schema_format("hostname"),
    "timezone": lambda text: text in _timezones(),
    "uri": _is_usable_uri,
}

FORMATS: dict[str, str] = {
    "bytes": "a size such as 10MB or 512KiB",
    "cron": "five cron fields such as */5 8-18 * * MON-FRI",
    "duration": "a duration such as 250ms, 30s or 1h30m",
    "email": "an e-mail address such as name@example.com",
    "hostname": "a host name such as api.example.com",
    "timezone": "a time zone name such as Europe/Berlin or UTC",
    "uri": "an absolute URI such as https://example.com/path",
}
"""Every format, and what to write instead of something else."""
