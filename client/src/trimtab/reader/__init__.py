"""What every client offers: reads without I/O, and where it stands."""

from .frozen import Frozen
from .options import Mode, Options, check_mode, file_of, pace_for, store_for
from .reader import Reader
from .start import (
    ASK_AFTER_SECONDS,
    say_what_is_used,
    should_wait,
    should_wait_if_required,
    why_not_in_force,
    why_not_started,
)
from .status import Status, status_of

__all__ = [
    "ASK_AFTER_SECONDS",
    "Frozen",
    "Mode",
    "Options",
    "Reader",
    "Status",
    "check_mode",
    "file_of",
    "pace_for",
    "say_what_is_used",
    "should_wait",
    "should_wait_if_required",
    "status_of",
    "store_for",
    "why_not_in_force",
    "why_not_started",
]
