"""How a reader follows a server. Pure: no clock, no network, no thread."""

from .actions import Action, Close, Fetch, Offer, Open
from .backoff import Backoff
from .pace import Pace
from .protocol import Protocol

__all__ = ["Action", "Backoff", "Close", "Fetch", "Offer", "Open", "Pace", "Protocol"]
