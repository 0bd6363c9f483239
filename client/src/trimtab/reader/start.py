"""How a client starts: server, else last-known-good, else environment, else coded defaults."""

import logging

from trimtab.connectors import Follower
from trimtab.errors import CannotStart, Refused, TrimtabError

from .status import Status

ASK_AFTER_SECONDS = 0.5
"""How long a revision is waited for before the server is asked."""

_log = logging.getLogger("trimtab")
_PASSING = frozenset({408, 425, 429})


def should_wait(follower: Follower) -> bool:
    """Whether a first answer is still worth waiting for.

    Not once it is there; nor after a refusal that asking again does not change; nor after any
    failure if there is a last-known-good set to start from.
    """
    if follower.has_answer:
        return False
    if follower.failure is None:
        return True
    return not (follower.has_kept or _is_final(follower.failure))


def should_wait_if_required(follower: Follower) -> bool:
    """The same where nothing but the server's answer will do."""
    return not (
        follower.has_answer or (follower.failure is not None and _is_final(follower.failure))
    )


def why_not_started(follower: Follower, seconds: float) -> TrimtabError:
    """The error of a client that requires an answer and has none."""
    if follower.failure is not None:
        return follower.failure
    return CannotStart(
        f"The server did not answer within {seconds:g} s, and the client was told to require it. "
        f"{follower.protocol.last_error or ''}".strip()
    )


def say_what_is_used(follower: Follower) -> None:
    """Log a start without the server."""
    if not follower.has_answer:
        why = follower.failure or follower.protocol.last_error or "no answer in time"
        _log.warning("starting from %s: %s", follower.store.state.source, why)


def why_not_in_force(status: Status) -> str:
    """Why a revision that was waited for is not in force."""
    if (refusal := status.refusal) is not None:
        return f"{refusal.revision} is refused by {refusal.by}: {refusal.reason}"
    return status.last_error or "it has not arrived yet."


def _is_final(failure: TrimtabError) -> bool:
    return (
        isinstance(failure, Refused)
        and 400 <= failure.status < 500
        and failure.status not in _PASSING
    )
