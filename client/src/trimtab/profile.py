"""Which server to talk to and as whom: arguments, then environment variables, then a profile file.

The profile is `profile.json` in the data directory: TRIMTAB_DATA_DIR, else `./.trimtab/`, else the
nearest `.trimtab/` upwards. A token is sent only to the server it was written for: a URL given
without a token takes the profile's token only if it is the profile's URL.
"""

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from trimtab.errors import BadProfile, NoProfile

DATA_DIR_NAME = ".trimtab"
PROFILE_NAME = "profile.json"
DEFAULT_APPLICATION = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """A server, the token for it, and what is meant when a command names no more."""

    url: str
    token: str = field(repr=False)
    application: str = DEFAULT_APPLICATION
    environment: str | None = None
    token_expires_at: datetime | None = None
    path: Path | None = None


def find_profile(
    *,
    url: str | None = None,
    token: str | None = None,
    application: str | None = None,
    environment: str | None = None,
    environ: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> Profile:
    """The profile in force; raises NoProfile or BadProfile with what to do."""
    variables = os.environ if environ is None else environ
    url = url or variables.get("TRIMTAB_URL") or None
    token = token or _token_of(variables)
    path = None if url and token else _profile_path(variables, directory or Path.cwd())
    written = read_profile(path) if path else None
    url, token = _same_origin(url, token, written)
    return Profile(
        url=check_url(url),
        token=check_token(token),
        application=application
        or variables.get("TRIMTAB_APPLICATION")
        or (written.application if written else DEFAULT_APPLICATION),
        environment=environment
        or variables.get("TRIMTAB_ENVIRONMENT")
        or (written.environment if written else None),
        token_expires_at=written.token_expires_at if written else None,
        path=path,
    )


def _token_of(variables: Mapping[str, str]) -> str | None:
    """Nobody becomes who the profile names because a file with their own token was empty."""
    token = variables.get("TRIMTAB_TOKEN")
    if token is not None and not token.strip():
        raise BadProfile(
            "TRIMTAB_TOKEN is set, but empty: set it to a token, or unset it to use the profile."
        )
    return token


def data_dir(environ: Mapping[str, str], directory: Path) -> Path:
    """Where `up` keeps database and profile when no option says so."""
    return Path(environ.get("TRIMTAB_DATA_DIR") or directory / DATA_DIR_NAME)


def read_profile(path: Path) -> Profile:
    """Read a profile file; one that others may read, or that belongs to another, is refused."""
    try:
        _check_private(path)
        raw = json.loads(path.read_bytes())
        expires = raw.get("tokenExpiresAt")
        return Profile(
            url=check_url(raw["url"]),
            token=check_token(raw["token"]),
            application=raw.get("application") or DEFAULT_APPLICATION,
            environment=raw.get("environment"),
            token_expires_at=datetime.fromisoformat(expires) if expires else None,
            path=path,
        )
    except OSError as error:
        raise BadProfile(f"The profile {path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadProfile(
            f"The profile {path} is not one that Trimtab wrote; "
            "remove it and run `trimtab up`, or set TRIMTAB_URL and TRIMTAB_TOKEN."
        ) from None


def write_profile(path: Path, profile: Profile) -> None:
    """Write the profile for its owner alone (0600): whole or not at all."""
    expires = profile.token_expires_at
    content = {
        "url": profile.url,
        "token": profile.token,
        "application": profile.application,
        "environment": profile.environment,
        "tokenExpiresAt": expires.isoformat() if expires else None,
    }
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")
        Path(scratch).replace(path)  # mkstemp made it 0600
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def check_url(url: str) -> str:
    """The URL without a trailing slash; raises BadProfile if it is none, or holds credentials."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it is what checks it)
    except ValueError:
        raise BadProfile("The server's URL is not a valid one: look at host and port.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadProfile(
            "The server's URL must begin with http:// or https:// and name a host, "
            "such as http://127.0.0.1:8484."
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise BadProfile(
            "The server's URL must hold no user, password, query or fragment; "
            "the token belongs in TRIMTAB_TOKEN or the profile."
        )
    return url.rstrip("/")


def check_token(token: str) -> str:
    """The token as it is; raises BadProfile, without showing it, if no header could carry it."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadProfile("The token holds characters that no token has; copy it again, whole.")
    return token


def _profile_path(environ: Mapping[str, str], directory: Path) -> Path | None:
    if environ.get("TRIMTAB_DATA_DIR"):
        candidates = [data_dir(environ, directory) / PROFILE_NAME]
    else:
        start = directory.absolute()
        candidates = [place / DATA_DIR_NAME / PROFILE_NAME for place in (start, *start.parents)]
    return next((path for path in candidates if _is_there(path)), None)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder above us that we may not enter
        return False


def _same_origin(url: str | None, token: str | None, written: Profile | None) -> tuple[str, str]:
    """Never send the profile's token to a server it was not written for."""
    if url and token:
        return url, token
    if written is None:
        missing = "TRIMTAB_TOKEN" if url else "TRIMTAB_URL"
        if url or token:
            raise NoProfile(f"Set {missing} as well, or run `trimtab up` to get a profile.")
        raise NoProfile(
            "No Trimtab server is known here: run `trimtab up` to start one, "
            "or set TRIMTAB_URL and TRIMTAB_TOKEN."
        )
    if url and check_url(url) != written.url:
        raise NoProfile(
            f"The profile {written.path} holds a token for {written.url}, not for {url}: "
            "set TRIMTAB_TOKEN to one of that server."
        )
    return url or written.url, token or written.token


def _check_private(path: Path) -> None:
    status = path.stat()
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid() and os.geteuid() != 0:
        raise BadProfile(
            f"The profile {path} belongs to another user, so it is not used; "
            "set TRIMTAB_URL and TRIMTAB_TOKEN instead."
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise BadProfile(
            f"The profile {path} holds a token and others may read it: "
            f"run `chmod 600 {path}` (or set TRIMTAB_URL and TRIMTAB_TOKEN)."
        )
