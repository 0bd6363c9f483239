"""A look now and then whether the service answers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Condition, Thread
from time import monotonic

from trimtab.integrations.failures import ServiceError

from .settings import ElevenLabsSettings

_LOG = logging.getLogger(__name__)
_FOLLOWED = ("elevenlabs_health_check_enabled", "elevenlabs_health_check_interval_ms")


@dataclass(frozen=True, slots=True)
class Health:
    """What the last check found; `problem` is a sentence, None when all was well."""

    checked_at: datetime
    problem: str | None


class HealthCheck:
    """Runs `check` every ELEVENLABS_HEALTH_CHECK_INTERVAL_MS, in a thread of its own.

    A change of the interval counts from the last check. `last` is None before the first check
    and while ELEVENLABS_HEALTH_CHECK_ENABLED is off.
    """

    def __init__(
        self,
        settings: ElevenLabsSettings,
        check: Callable[[], None],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._settings = settings
        self._check = check
        self._clock = clock
        self._turn = Condition()
        self._stopped = False
        self._checked_at: float | None = None
        self._last: Health | None = None
        self._unsubscribe = [
            settings.on_change(field, lambda _old, _new: self.wake()) for field in _FOLLOWED
        ]
        self._thread = Thread(target=self._run, name="elevenlabs-health", daemon=True)
        self._thread.start()

    @property
    def last(self) -> Health | None:
        """What the last check found."""
        return self._last if self._settings.elevenlabs_health_check_enabled else None

    def wake(self) -> None:
        """Look at the settings and the clock again."""
        with self._turn:
            self._turn.notify_all()

    def stop(self) -> None:
        """End the thread, after the check it may be at."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        with self._turn:
            self._stopped = True
            self._turn.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while self._wait_for_turn():
            self._checked_at = self._clock()
            try:
                self._check()
                problem = None
            except ServiceError as error:
                problem = str(error)
                _LOG.warning("The health check failed: %s", problem)
            self._last = Health(datetime.now(UTC), problem)

    def _wait_for_turn(self) -> bool:
        """Until a check is due; False when it is over."""
        with self._turn:
            while not self._stopped:
                wait_seconds = self._seconds_left()
                if wait_seconds is not None and wait_seconds <= 0:
                    return True
                self._turn.wait(wait_seconds)
            return False

    def _seconds_left(self) -> float | None:
        """Until the next check; None when there is none."""
        with self._settings.frozen() as s:
            if not s.elevenlabs_health_check_enabled:
                return None
            if self._checked_at is None:
                return 0.0
            interval_seconds: float = s.elevenlabs_health_check_interval_ms / 1000
        return self._checked_at + interval_seconds - self._clock()
