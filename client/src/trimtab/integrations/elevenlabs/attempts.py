"""How often a request is tried, and how long is waited in between."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from trimtab.integrations.failures import TOO_FAST, ServiceUnavailable

from .settings import ElevenLabsSettings

Result = TypeVar("Result")


def tried(
    once: Callable[[], Result], s: ElevenLabsSettings, sleep: Callable[[float], None]
) -> Result:
    """`once`, again while it raises ServiceUnavailable, as the settings allow.

    Raises what `once` raises; a ServiceUnavailable says how many attempts there were.
    """
    retries = Retrying(
        retry=retry_if_exception_type(ServiceUnavailable),
        stop=stop_after_attempt(s.elevenlabs_max_retries + 1),
        wait=lambda state: _pause_seconds(state, s),
        sleep=sleep,
        reraise=True,
    )
    try:
        return retries(once)
    except ServiceUnavailable as error:
        raise ServiceUnavailable(
            error.service,
            error.reason,
            attempts=s.elevenlabs_max_retries + 1,
            status=error.status,
        ) from None


def _pause_seconds(state: RetryCallState, s: ElevenLabsSettings) -> float:
    """A fixed pause when it was too fast; else doubled with every try."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ServiceUnavailable) and error.status == TOO_FAST:
        return s.elevenlabs_rate_limit_delay_ms / 1000
    doubled: float = s.elevenlabs_retry_delay_ms / 1000 * 2 ** (state.attempt_number - 1)
    return doubled
