"""How often and how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """The times, in seconds.

    `poll`: between conditional fetches beside a stream. `poll_only`: without one. `silence`: after
    which a stream is taken for dead. `without_stream`: until a server that has no stream is asked
    again. `spread`: over which the readers of a server that resets all of them come back.
    """

    poll: float = 60.0
    poll_only: float = 5.0
    silence: float = 45.0
    without_stream: float = 60.0
    spread: float = 0.2
