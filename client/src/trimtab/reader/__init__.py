"""What every client offers: reads without I/O, and where it stands."""

from .frozen import Frozen
from .reader import Reader
from .status import Status

__all__ = ["Frozen", "Reader", "Status"]
