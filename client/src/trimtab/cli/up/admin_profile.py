"""The profile that `up` keeps: an ordinary admin token that expires, renewed in time."""

import getpass
import platform
from datetime import UTC, datetime, timedelta
from pathlib import Path

from trimtab.admin import Admin
from trimtab.cli.up.address import Address
from trimtab.cli.up.server import ServerProgram
from trimtab.errors import BadProfile, NotAuthenticated
from trimtab.profile import PROFILE_NAME, Profile, read_profile, write_profile

RENEW_BEFORE = timedelta(days=14)


def keep_profile(program: ServerProgram, address: Address) -> Profile:
    """The profile in the data directory with a token that holds for a while yet.

    The server need not run for it: its command writes to the database. An embedded database is
    made and brought up to date by whatever opens it; one elsewhere only by being told to.
    """
    path = program.data_dir / PROFILE_NAME
    profile = _written(path)
    is_fresh = profile is not None and not _ends_soon(profile)
    if program.stores_elsewhere:
        program.run("database", "upgrade")
    if profile is None or not is_fresh:
        return renew_profile(program, address)
    if profile.url != address.url:
        profile = _profile(path, address, profile.token, profile.token_expires_at)
        write_profile(path, profile)
    return profile


def accepted_profile(program: ServerProgram, address: Address, profile: Profile) -> Profile:
    """The profile if the running server accepts it, else one with a new token."""
    try:
        with Admin(profile) as admin:
            admin.environments()
    except NotAuthenticated:  # revoked, or the database is another than it was
        return renew_profile(program, address)
    return profile


def renew_profile(program: ServerProgram, address: Address) -> Profile:
    """A new admin token, written to the profile."""
    path = program.data_dir / PROFILE_NAME
    reply = program.run_json("token", "create", "--admin", "--name", _token_name())
    expires = reply.get("expiresAt")
    profile = _profile(
        path, address, reply["token"], datetime.fromisoformat(expires) if expires else None
    )
    write_profile(path, profile)
    return profile


def _profile(path: Path, address: Address, token: str, expires: datetime | None) -> Profile:
    return Profile(url=address.url, token=token, token_expires_at=expires, path=path)


def _written(path: Path) -> Profile | None:
    try:
        return read_profile(path) if path.exists() else None
    except BadProfile:  # not ours, or others could read the token: a new one replaces it
        return None


def _ends_soon(profile: Profile) -> bool:
    expires = profile.token_expires_at
    return expires is not None and expires - datetime.now(UTC) < RENEW_BEFORE


def _token_name() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        user = "somebody"
    return f"trimtab up: {user} on {platform.node() or 'this machine'}"
