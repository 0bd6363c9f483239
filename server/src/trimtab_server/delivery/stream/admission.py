"""How many streams may be open, and how fast they may be opened."""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from trimtab_server.errors import TrimtabError


class TooManyStreams(TrimtabError):
    """Too many streams are open, or being opened: come back after the time in `Retry-After`."""

    code = "too-many-streams"
    status = 429
    title = "Too many streams."

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


_NEVER_SECONDS = 600


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """See the settings of the same names."""

    most: int
    most_per_token: int
    opens_per_second: int


class Admission:
    """A bucket of opens that fills at the given rate and holds two seconds of it, and two counts.

    When a server starts again, everybody comes back at once: what it takes a second is what it can
    answer, and the others are told when to come, each a different time.
    """

    def __init__(self, limits: StreamLimits, monotonic: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self.open = 0
        self._by_token: Counter[UUID] = Counter()
        self._room = self._most_room = 2.0 * limits.opens_per_second
        self._filled_at = monotonic()

    def admit(self, token_id: UUID) -> None:
        """Count one more; `release` must follow.

        Raises:
            TooManyStreams
        """
        if not self._limits.most:
            raise TooManyStreams(
                "This server keeps no streams open: poll the snapshot with its ETag.",
                retry_after_seconds=_NEVER_SECONDS,
            )
        if self._by_token[token_id] >= self._limits.most_per_token:
            raise TooManyStreams(
                f"This token has {self._limits.most_per_token} streams open, which is the most.",
                retry_after_seconds=_jittered(30),
            )
        if self.open >= self._limits.most:
            raise TooManyStreams(retry_after_seconds=_jittered(30))
        now = self._monotonic()
        filled = (now - self._filled_at) * self._limits.opens_per_second
        self._room, self._filled_at = min(self._most_room, self._room + filled), now
        if self._room < 1:
            raise TooManyStreams(retry_after_seconds=_jittered(5))
        self._room -= 1
        self._by_token[token_id] += 1
        self.open += 1

    def release(self, token_id: UUID) -> None:
        """One less."""
        self.open -= 1
        self._by_token[token_id] -= 1
        if not self._by_token[token_id]:
            del self._by_token[token_id]


def _jittered(most_seconds: int) -> int:
    return math.ceil(random.uniform(most_seconds / 5, most_seconds))  # noqa: S311 - no secret
