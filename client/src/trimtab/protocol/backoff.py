"""How long to wait after a failure."""

from collections.abc import Callable

FIRST_SECONDS = 1.0
MOST_SECONDS = 60.0
HEALTHY_AFTER_SECONDS = 60.0
MOST_RETRY_AFTER_SECONDS = 300.0


class Backoff:
    """Full jitter from 1 s to 60 s, doubling; begins anew when all was well for 60 s.

    `random` gives numbers in [0, 1).
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0
        self._ended = float("-inf")
        self.is_first = True
        """Whether the last failure was the first after all was well."""

    def again_at(self, now: float, retry_after: float | None = None) -> float:
        """When to try again after a failure at `now`; never before the server's Retry-After
        (believed up to five minutes), and then jittered too, as others were told the same."""
        if now >= self._ended + HEALTHY_AFTER_SECONDS:
            self._failures = 0
        self.is_first = self._failures == 0
        limit = min(MOST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._failures, 10))
        self._failures += 1
        floor = min(max(retry_after or 0.0, 0.0), MOST_RETRY_AFTER_SECONDS)
        self._ended = now + floor + self._random() * limit
        return self._ended
