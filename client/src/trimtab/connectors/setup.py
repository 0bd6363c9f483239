"""A follower for a profile, ready to begin."""

from collections.abc import Mapping
from pathlib import Path

from trimtab.profile import Profile
from trimtab.protocol import Pace, Protocol
from trimtab.store import Store

from .exchange import Requests
from .follower import Follower
from .last_known_good import LastKnownGood, default_path


def set_up(
    store: Store,
    profile: Profile,
    *,
    streaming: bool,
    pace: Pace,
    lkg_path: Path | str | bool | None,
    environ: Mapping[str, str],
) -> tuple[Follower, Requests]:
    """`lkg_path`: the last-known-good file; None for the usual place, False for none."""
    protocol = Protocol(streaming=streaming, environment=profile.environment, pace=pace)
    if lkg_path is None or lkg_path is True:
        path = default_path(profile.url, profile.application, profile.environment, environ)
    else:
        path = Path(lkg_path) if lkg_path else None
    kept = LastKnownGood(path) if path else None
    return Follower(store, protocol, kept), Requests(profile, pace)
